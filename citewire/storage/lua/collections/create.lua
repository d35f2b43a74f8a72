-- -> 1; -1: the member is in as many as one may be in
-- include: keys/collections
-- include: collections/common
local name, member, limit = ARGV[4], ARGV[5], tonumber(ARGV[6])
if redis.call('SCARD', joined_by(member)) >= limit then return -1 end
redis.call('HSET', key, 'name', name, 'created', at, 'changed', at, 'member:' .. member, 'manager')
redis.call('SADD', joined_by(member), id)
redis.call('SADD', all, id)
return 1
