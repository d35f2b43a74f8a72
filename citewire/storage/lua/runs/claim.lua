#!lua
-- -> 'claimed'; 'busy': the chat has a run; 'unknown': another owner's; 'full': the owner has as
-- many as one may have; 'joined' and the run that was asked with the same key before; 'differs':
-- something else was asked with it
-- include: keys/runs
-- include: runs/common
local id, chat, owner, worker, ttl = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local lease, started, facts = tonumber(ARGV[7]), ARGV[8], ARGV[9]
local asked, body, most, trace = ARGV[10], ARGV[11], tonumber(ARGV[12]), ARGV[13]

-- Runs of the dead hold no place, whether or not somebody has ended them yet.
local function living()
  local count = 0
  for _, other in ipairs(redis.call('SMEMBERS', owned_by(owner))) do
    local found = redis.call('HMGET', run_of(other), 'status', 'worker')
    if found[1] ~= 'running' then
      redis.call('SREM', owned_by(owner), other)
    elseif tonumber(redis.call('ZSCORE', workers, found[2]) or '0') > now_ms() then
      count = count + 1
    end
  end
  return count
end

if asked ~= '' then
  asked = asked_of(asked)
  local before = redis.call('HMGET', asked, 'run', 'body')
  if before[1] then
    if before[2] == body then return {'joined', before[1]} else return {'differs'} end
  end
end
local holder = redis.call('GET', chat_of(chat))
if holder then
  return {redis.call('HGET', run_of(holder), 'owner') == owner and 'busy' or 'unknown'}
end
if most > 0 then
  if redis.call('SCARD', owned_by(owner)) >= most and living() >= most then return {'full'} end
  redis.call('SADD', owned_by(owner), id)
  redis.call('PEXPIRE', owned_by(owner), ttl)
end
redis.call('SET', chat_of(chat), id, 'PX', ttl)
redis.call('HSET', run_of(id), 'chat_id', chat, 'owner', owner, 'worker', worker,
  'status', 'running', 'started', started, 'facts', facts)
if trace ~= '' then redis.call('HSET', run_of(id), 'trace', trace) end
redis.call('PEXPIRE', run_of(id), ttl)
if asked ~= '' then
  redis.call('HSET', asked, 'run', id, 'body', body)
  redis.call('PEXPIRE', asked, ttl)
  redis.call('HSET', run_of(id), 'asked', asked)
end
redis.call('SADD', runs_of(worker), id)
redis.call('ZADD', workers, 'NX', now_ms() + lease, worker)
return {'claimed'}
