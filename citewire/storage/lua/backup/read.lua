#!lua flags=no-writes
-- Keys as they all are at one instant.
-- -> the milliseconds since 1970, and of each key its type, how long it lives, and its value
local read = {
  string = function(key) return redis.call('GET', key) end,
  hash = function(key) return redis.call('HGETALL', key) end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
  ['ReJSON-RL'] = function(key) return redis.call('JSON.GET', key) end,
}
local found = {}
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  found[#found + 1] = {kind, redis.call('PTTL', key), read[kind] and read[kind](key) or ''}
end
local time = redis.call('TIME')
return {tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), found}
