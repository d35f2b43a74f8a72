-- `by` is person, or model: which never renames what a person named.
-- -> false: no such chat
-- include: keys/chats
-- include: chats/common
local ms, by, title = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local head = own(head_key)
if not head then return false end
if by == 'model' and head.titled_by ~= 'question' then return 0 end
local listed = by == 'person' and ',"listed":1' or ''
redis.call('JSON.MERGE', head_key, '$', '{' .. title .. listed .. '}')
if by == 'person' then live(base, ms) end
return 1
