#!lua flags=allow-oom
-- -> the runs that somebody else has ended; one that Redis forgot is not among them
-- include: keys/runs
-- include: runs/common
local expected, ttl = ARGV[2], tonumber(ARGV[3])
local refused = {}
for at = 4, #ARGV, 5 do
  local id, status, first, last, block = unpack(ARGV, at, at + 4)
  local found = redis.call('HMGET', run_of(id), 'status', 'chat_id', 'worker', 'asked', 'owner')
  if found[1] == expected then
    if block ~= '' then
      -- Whatever is wrong with the log, the run is over.
      redis.pcall('XADD', log_of(id), last .. '-0', 'first', first, 'block', block, 'end', status)
      redis.call('PEXPIRE', log_of(id), ttl)
    end
    redis.call('HSET', run_of(id), 'status', status)
    redis.call('HDEL', run_of(id), 'facts')
    redis.call('PEXPIRE', run_of(id), ttl)
    if found[4] then redis.call('PEXPIRE', found[4], ttl) end
    let_go(id, found[2], found[3], found[5])
  elseif found[1] then
    refused[#refused + 1] = id
  end
  if expected == 'ending' then redis.call('ZREM', lost, id) end
end
return refused
