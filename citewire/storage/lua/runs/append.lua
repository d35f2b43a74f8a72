#!lua
-- Not into a full Redis: a run goes on without its log.
-- -> the runs that somebody else has ended
-- include: keys/runs
local ttl = tonumber(ARGV[2])
local refused = {}
for at = 3, #ARGV, 4 do
  local id, first, last, block = unpack(ARGV, at, at + 3)
  local status = redis.call('HGET', run_of(id), 'status')
  if status == 'running' then
    redis.call('XADD', log_of(id), last .. '-0', 'first', first, 'block', block)
    if first == '1' then redis.call('PEXPIRE', log_of(id), ttl) end
  elseif status then
    refused[#refused + 1] = id
  end
end
return refused
