#!lua flags=allow-oom
-- -> 0: there is no such run
-- include: keys/runs
local id, asker = ARGV[2], ARGV[3]
local owner, status, worker = unpack(redis.call('HMGET', run_of(id), 'owner', 'status', 'worker'))
if owner ~= asker then return 0 end
if status == 'running' then
  -- The set is for a worker that does not hear the message.
  redis.call('SADD', stops_of(worker), id)
  redis.call('EXPIRE', stops_of(worker), 3600)
  redis.call('PUBLISH', stops_of(worker), id)
end
return 1
