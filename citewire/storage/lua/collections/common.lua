-- What the scripts of one collection share; each is given the prefix, its id and the time.
local id, at = ARGV[2], ARGV[3]
local key = collection_of(id)

local function is_there()
  return redis.call('SISMEMBER', all, id) == 1
end

local function role_of(member)
  return redis.call('HGET', key, 'member:' .. member)
end

-- The members with their roles, by turns.
local function members()
  local found, fields = {}, redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local member = fields[i]:match('^member:(.*)$')
    if member then
      found[#found + 1] = member
      found[#found + 1] = fields[i + 1]
    end
  end
  return found
end

-- Whether nobody else than `member` manages it.
local function manages_alone(member)
  if role_of(member) ~= 'manager' then return false end
  local found = members()
  for i = 1, #found, 2 do
    if found[i] ~= member and found[i + 1] == 'manager' then return false end
  end
  return true
end
