#!lua flags=allow-oom
-- Runs of a living worker that it does not know (any more) are ended like those of a dead one.
-- include: keys/runs
local worker = ARGV[2]
for at = 3, #ARGV do
  local id = ARGV[at]
  if redis.call('HGET', run_of(id), 'status') == 'running' then
    redis.call('HSET', run_of(id), 'status', 'ending')
    redis.call('ZADD', lost, 0, id)
  end
  redis.call('SREM', runs_of(worker), id)
end
return 1
