#!lua flags=allow-oom
-- Renew the worker's lease.
-- -> the runs it is to stop, the lost runs it is to end, and 1 if its lease was over (or never was).
-- Then Redis itself may have been suspended, when nobody could renew: who finds its own lease over
-- does not take others for dead.
-- include: keys/runs
-- include: runs/common
local worker, lease, sweeps = ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local before = tonumber(redis.call('ZSCORE', workers, worker) or '0')
local is_late = before <= now
redis.call('ZADD', workers, now + lease, worker)
-- They stay until their runs have ended: this answer may be lost as well.
local stops = redis.call('SMEMBERS', stops_of(worker))
local mine = {}
if sweeps and not is_late then
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', now)) do
    for _, id in ipairs(redis.call('SMEMBERS', runs_of(dead))) do
      if redis.call('HGET', run_of(id), 'status') == 'running' then
        redis.call('HSET', run_of(id), 'status', 'ending')
        redis.call('ZADD', lost, 0, id)
      end
    end
    redis.call('DEL', runs_of(dead), stops_of(dead))
    redis.call('ZREM', workers, dead)
  end
  mine = redis.call('ZRANGEBYSCORE', lost, '-inf', now, 'LIMIT', 0, 50)
  for _, id in ipairs(mine) do redis.call('ZADD', lost, now + lease, id) end
end
return {stops, mine, is_late and 1 or 0}
