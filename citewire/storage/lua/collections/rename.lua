-- -> 1; false: there is no such collection
-- include: keys/collections
-- include: collections/common
if not is_there() then return false end
redis.call('HSET', key, 'name', ARGV[4], 'changed', at)
return 1
