"""The scripts around runs, each atomic in Redis: who answers which chat, and who is still alive.

A run is the hash `{ns}:run:{id}`; `{ns}:runs:of-chat:{chat}` names the run that a chat is being
answered by, the set `{ns}:runs:of:{worker}` has the runs of a worker and, if there is a limit to
them, `{ns}:runs:of-owner:{owner}` those of an owner. A worker lives as long as its score in
`{ns}:runs:workers`, by Redis's own clock, is in the future: one lease for all its runs.
Whoever finds a dead worker turns its running runs into `ending` ones, from when on the
worker, if it only was suspended, can neither add to them nor end them: a run ends once.
`{ns}:runs:lost` has the runs to be ended, each until when somebody is at it. What a run tells its
client is kept in the stream `{ns}:run:{id}:log`: an entry has some events, a line of each,
and the number of its last event is its id, so that nothing can be added twice or out of order.
"""

_COMMON = """
local ns = ARGV[1]
local workers, lost = ns .. ':runs:workers', ns .. ':runs:lost'
local function run_of(id) return ns .. ':run:' .. id end
local function log_of(id) return ns .. ':run:' .. id .. ':log' end
local function runs_of(worker) return ns .. ':runs:of:' .. worker end
local function stops_of(worker) return ns .. ':runs:stops:' .. worker end
local function chat_of(id) return ns .. ':runs:of-chat:' .. id end
local function owned_by(owner) return ns .. ':runs:of-owner:' .. owner end

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function let_go(id, chat, worker, owner)
  if redis.call('GET', chat_of(chat)) == id then redis.call('DEL', chat_of(chat)) end
  redis.call('SREM', runs_of(worker), id)
  redis.call('SREM', stops_of(worker), id)
  redis.call('SREM', owned_by(owner), id)
end
"""
_FULL = "#!lua flags=allow-oom\n" + _COMMON  # a full Redis must not keep runs from ending

# -> 'claimed'; 'busy': the chat has a run; 'unknown': another owner's; 'full': the owner has as
# many as one may have; 'joined' and the run that was asked with the same key before; 'differs':
# something else was asked with it
CLAIM = (
    "#!lua\n"
    + _COMMON
    + """
local id, chat, owner, worker, ttl = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local lease, started, facts = tonumber(ARGV[7]), ARGV[8], ARGV[9]
local asked, body, most = ARGV[10], ARGV[11], tonumber(ARGV[12])

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
  asked = ns .. ':runs:asked:' .. asked
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
redis.call('PEXPIRE', run_of(id), ttl)
if asked ~= '' then
  redis.call('HSET', asked, 'run', id, 'body', body)
  redis.call('PEXPIRE', asked, ttl)
  redis.call('HSET', run_of(id), 'asked', asked)
end
redis.call('SADD', runs_of(worker), id)
redis.call('ZADD', workers, 'NX', now_ms() + lease, worker)
return {'claimed'}
"""
)

# A run that never began leaves nothing behind.
ABANDON = (
    _FULL
    + """
local id, worker = ARGV[2], ARGV[3]
local found = redis.call('HMGET', run_of(id), 'status', 'chat_id', 'worker', 'asked', 'owner')
if found[1] == 'running' and found[3] == worker then
  let_go(id, found[2], worker, found[5])
  if found[4] then redis.call('DEL', found[4]) end
  redis.call('DEL', run_of(id))
end
return 1
"""
)

# -> 0: there is no such run
STOP = (
    _FULL
    + """
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
"""
)

# -> the runs that somebody else has ended; one that Redis forgot is not among them
CLOSE = (
    _FULL
    + """
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
"""
)

# Not into a full Redis: a run goes on without its log.
# -> the runs that somebody else has ended
APPEND = (
    "#!lua\n"
    + _COMMON
    + """
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
"""
)

# Renew the worker's lease -> the runs it is to stop, the lost runs it is to end, and 1 if its lease
# was over (or never was). Then Redis itself may have been suspended, when nobody could renew: who
# finds its own lease over does not take others for dead.
BEAT = (
    _FULL
    + """
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
"""
)

# Runs of a living worker that it does not know (any more) are ended like those of a dead one.
DISOWN = (
    _FULL
    + """
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
"""
)

# A worker that leaves without runs needs no sweep.
LEAVE = (
    _FULL
    + """
local worker = ARGV[2]
if redis.call('SCARD', runs_of(worker)) == 0 then
  redis.call('ZREM', workers, worker)
  redis.call('DEL', stops_of(worker))
end
return 1
"""
)
