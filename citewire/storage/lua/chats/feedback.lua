-- -> false: no such chat; -1: no such answer
-- include: keys/chats
-- include: chats/common
local ms, message, feedback = tonumber(ARGV[4]), ARGV[5], ARGV[6]
if not own(head_key) then return false end
local key = message_of(base, message)
local role = redis.call('JSON.GET', key, 'role')
if role ~= '"assistant"' then return -1 end
redis.call('JSON.SET', key, '$.feedback', feedback)
live(base, ms)
return 1
