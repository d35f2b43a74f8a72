#!lua flags=allow-oom
-- Nobody has the collection any more; what is in it is still to be taken out.
-- -> 1; false: there is no such collection
-- include: keys/collections
-- include: collections/common
if not is_there() then return false end
local found = members()
for i = 1, #found, 2 do
  redis.call('SREM', joined_by(found[i]), id)
end
redis.call('SADD', ending, id)
redis.call('SREM', all, id)
redis.call('DEL', key)
return 1
