-- What the scripts of chats share; each is given the prefix, the id of a chat and its owner's tag.
local id, owner = ARGV[2], ARGV[3]
local base, trash = base_of(id), trash_of(id)
local head_key, tree_key = head_of(base), tree_of(base)
local mine, member = chats_of(owner), owner .. ':' .. id

local function own(key)
  local raw = redis.call('JSON.GET', key)
  if not raw then return nil end
  local head = cjson.decode(raw)
  if head.owner ~= owner then return nil end
  return head, raw
end

local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function stamp()
  local at = math.max(now_us(), tonumber(redis.call('GET', clock) or '0') + 1)
  local text = string.format('%.0f', at)
  redis.call('SET', clock, text)
  return text
end

local function keep_record(run, ms, body, now)
  local of_chat = records_of(base)
  redis.call('HSET', record_of(run), 'owner', owner, 'chat_id', id, 'body', body)
  redis.call('PEXPIRE', record_of(run), ms)
  redis.call('ZREMRANGEBYSCORE', of_chat, '-inf', now)
  redis.call('ZADD', of_chat, string.format('%.0f', now + ms), run)
  redis.call('PEXPIRE', of_chat, ms)
end

-- With a chat that ends in so many milliseconds, or (0) never: but none later than by itself.
local function live_records(base, ms, now)
  local kept = redis.call('ZRANGE', records_of(base), 0, -1, 'WITHSCORES')
  for at = 1, #kept, 2 do
    local left = tonumber(kept[at + 1]) - now
    if ms > 0 and ms < left then left = ms end
    redis.call('PEXPIRE', record_of(kept[at]), string.format('%.0f', left))
  end
end

local function keys_of(base)
  local keys = {head_of(base), tree_of(base), records_of(base)}
  for _, message in ipairs(redis.call('HKEYS', tree_of(base))) do
    keys[#keys + 1] = message_of(base, message)
  end
  return keys
end

-- Let the chat end in so many milliseconds, or (0) never.
local function live(base, ms)
  if ms == 0 and redis.call('PTTL', head_of(base)) < 0 then return end
  for i, key in ipairs(keys_of(base)) do
    -- The head, which is the first, goes first: what is left is no chat.
    local later = i > 1 and 1000 or 0
    if ms == 0 then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ms + later) end
  end
  local now = now_us() / 1000
  live_records(base, ms, now)
  if ms == 0 then redis.call('ZREM', ending, member)
  else redis.call('ZADD', ending, string.format('%.0f', now + ms), member) end
end

local function parent_of(message)
  return redis.call('HGET', tree_key, message):match(':(.*)$')
end

-- The end of the path on which the next question is asked; nil if there is none to replace.
local function asked_after(head, replaces)
  if replaces == '' then return head.leaf_id end
  if redis.call('JSON.GET', message_of(base, replaces), 'role') ~= '"user"' then return nil end
  return parent_of(replaces)
end
