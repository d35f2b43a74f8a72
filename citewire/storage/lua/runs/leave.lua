#!lua flags=allow-oom
-- A worker that leaves without runs needs no sweep.
-- include: keys/runs
local worker = ARGV[2]
if redis.call('SCARD', runs_of(worker)) == 0 then
  redis.call('ZREM', workers, worker)
  redis.call('DEL', stops_of(worker))
end
return 1
