#!lua flags=no-writes
-- -> of each collection that any of the given members is in: its id, its name, and the roles
-- include: keys/collections
local told, seen = {}, {}
for i = 2, #ARGV do
  for _, id in ipairs(redis.call('SMEMBERS', joined_by(ARGV[i]))) do
    local name = redis.call('HGET', collection_of(id), 'name')
    if name and not seen[id] then
      seen[id] = true
      local roles = {}
      for j = 2, #ARGV do
        roles[#roles + 1] = redis.call('HGET', collection_of(id), 'member:' .. ARGV[j]) or ''
      end
      told[#told + 1] = {id, name, roles}
    end
  end
end
return told
