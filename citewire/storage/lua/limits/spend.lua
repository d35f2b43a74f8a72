#!lua flags=allow-oom
-- Adds to what owners have spent, which drains evenly, and tells how much it is now.
-- ARGV: prefix, then by fours: kind, owner, what drains in a millisecond, what is added
-- -> the level of each, as text
-- include: keys/limits
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local levels = {}
for i = 2, #ARGV, 4 do
  local key, drains, added = spent_of(ARGV[i], ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local found = redis.call('HMGET', key, 'level', 'at')
  local level = tonumber(found[1] or '0')
  -- A clock that was put back drains nothing.
  level = math.max(0, level - drains * math.max(0, now - tonumber(found[2] or '0'))) + added
  if added > 0 then
    redis.call('HSET', key, 'level', string.format('%.3f', level), 'at', string.format('%.0f', now))
    redis.call('PEXPIRE', key, string.format('%.0f', level / drains + 1000))
  end
  levels[#levels + 1] = string.format('%.3f', level)
end
return levels
