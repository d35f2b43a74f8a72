#!lua flags=allow-oom
-- -> 1; 0: no such member; -3: nobody would manage it; false: there is no such collection
-- include: keys/collections
-- include: collections/common
local member = ARGV[4]
if not is_there() then return false end
if not role_of(member) then return 0 end
if manages_alone(member) then return -3 end
redis.call('HDEL', key, 'member:' .. member)
redis.call('HSET', key, 'changed', at)
redis.call('SREM', joined_by(member), id)
return 1
