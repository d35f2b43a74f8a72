-- The newest message below `message` becomes the leaf.
-- -> false: no such chat; -1: no such message
-- include: keys/chats
-- include: chats/common
local ms, message = tonumber(ARGV[4]), ARGV[5]
if not own(head_key) then return false end
if redis.call('HEXISTS', tree_key, message) == 0 then return -1 end
local newest, number = {}, {}
local tree = redis.call('HGETALL', tree_key)
for i = 1, #tree, 2 do
  local n, parent = tree[i + 1]:match('^(%d+):(.*)$')
  n = tonumber(n)
  if not number[parent] or n > number[parent] then newest[parent], number[parent] = tree[i], n end
end
while newest[message] do message = newest[message] end
redis.call('JSON.MERGE', head_key, '$', '{"leaf_id":"' .. message .. '"}')
live(base, ms)
return 1
