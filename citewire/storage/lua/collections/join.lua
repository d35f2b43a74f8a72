-- Gives a member a role, another one if it has one.
-- -> 1; -1: too many collections; -2: too many members; -3: nobody would manage it; false: none such
-- include: keys/collections
-- include: collections/common
local member, role, most, most_members = ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
if not is_there() then return false end
if not role_of(member) then
  if redis.call('SCARD', joined_by(member)) >= most then return -1 end
  if #members() / 2 >= most_members then return -2 end
elseif role ~= 'manager' and manages_alone(member) then
  return -3
end
redis.call('HSET', key, 'member:' .. member, role, 'changed', at)
redis.call('SADD', joined_by(member), id)
return 1
