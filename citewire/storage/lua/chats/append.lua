-- Adds a turn behind the active path, or beside the question that it replaces.
-- -> the number of messages; false: no such chat; -1: no such message
-- include: keys/chats
-- include: keys/library
-- include: chats/common
-- include: library/keep_passages
local ms, replaces, title = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local run, record_ms, record = ARGV[8], tonumber(ARGV[9]), ARGV[10]
local head = own(head_key)
if not head then return false end
if redis.call('HEXISTS', tree_key, ARGV[11]) == 1 then return head.messages end
local parent = asked_after(head, replaces)
if not parent then return -1 end
local at, count = '', redis.call('HLEN', tree_key)
for i = 11, #ARGV, 2 do
  local message = ARGV[i]
  at = stamp()
  redis.call('JSON.SET', message_of(base, message), '$',
    '{"kind":"message","owner":"' .. owner .. '","chat_id":"' .. id .. '","created":' .. at
    .. ',"updated":' .. at .. ',"parent_id":"' .. parent .. '",' .. ARGV[i + 1]:sub(2))
  redis.call('HSET', tree_key, message, count .. ':' .. parent)
  parent, count = message, count + 1
end
local change = '{"leaf_id":"' .. parent .. '","messages":' .. count .. ',"updated":' .. at
  .. ',"listed":1'
if head.title == '' then change = change .. ',' .. title end
redis.call('JSON.MERGE', head_key, '$', change .. '}')
keep_passages(id, cjson.decode(ARGV[7]))
if run ~= '' then keep_record(run, record_ms, record, now_us() / 1000) end
live(base, ms)
return count
