-- What the scripts of runs share.
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
