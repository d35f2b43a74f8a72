"""The scripts that change and read chats, each atomic in Redis.

A chat is a JSON document `{ns}:chat:{id}:head`, one JSON document for each message, and the hash
`{ns}:chat:{id}:tree`, which has for each message its number and its parent as `7:parent`. Deleted,
it lies under `{ns}:trash:` until Redis lets it expire, where no search sees it and no script.
Stamps are microseconds of Redis's own clock, all different and rising, so that an order by them
is the same whoever asks; they are written as text, for Lua's JSON would round them.
"""

from citewire.storage.library.snapshots import FORGET, KEEP
from citewire.storage.runs.records import RECORDS

_COMMON = (
    """
local ns, id, owner = ARGV[1], ARGV[2], ARGV[3]
local base = ns .. ':chat:' .. id
local head_key, tree_key = base .. ':head', base .. ':tree'
local trash = ns .. ':trash:' .. id
local mine, ending = ns .. ':chats:of:' .. owner, ns .. ':chats:ending'
local member = owner .. ':' .. id

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
  local clock = ns .. ':chats:clock'
  local at = math.max(now_us(), tonumber(redis.call('GET', clock) or '0') + 1)
  local text = string.format('%.0f', at)
  redis.call('SET', clock, text)
  return text
end

"""
    + RECORDS
    + """
local function keys_of(prefix)
  local keys = {prefix .. ':head', prefix .. ':tree', prefix .. ':records'}
  for _, message in ipairs(redis.call('HKEYS', prefix .. ':tree')) do
    keys[#keys + 1] = prefix .. ':message:' .. message
  end
  return keys
end

-- Let the chat end in so many milliseconds, or (0) never.
local function live(prefix, ms)
  if ms == 0 and redis.call('PTTL', prefix .. ':head') < 0 then return end
  for i, key in ipairs(keys_of(prefix)) do
    -- The head, which is the first, goes first: what is left is no chat.
    local later = i > 1 and 1000 or 0
    if ms == 0 then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ms + later) end
  end
  local now = now_us() / 1000
  live_records(prefix, ms, now)
  if ms == 0 then redis.call('ZREM', ending, member)
  else redis.call('ZADD', ending, string.format('%.0f', now + ms), member) end
end

local function parent_of(message)
  return redis.call('HGET', tree_key, message):match(':(.*)$')
end

-- The end of the path on which the next question is asked; nil if there is none to replace.
local function asked_after(head, replaces)
  if replaces == '' then return head.leaf_id end
  if redis.call('JSON.GET', base .. ':message:' .. replaces, 'role') ~= '"user"' then return nil end
  return parent_of(replaces)
end
"""
)

# -> the head; false: the owner has as many chats as there may be
CREATE = (
    _COMMON
    + """
local limit, ms, listed, title = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7]
if redis.call('SCARD', mine) >= limit then return false end
local at = stamp()
local head = '{"kind":"chat","owner":"' .. owner .. '","chat_id":"' .. id
  .. '","created":' .. at .. ',"updated":' .. at .. ',"leaf_id":"","messages":0,"listed":' .. listed
  .. ',"summary":null,' .. title .. '}'
redis.call('JSON.SET', head_key, '$', head)
redis.call('SADD', mine, id)
live(base, ms)
return head
"""
)

# -> the number of messages; false: no such chat; -1: no such message
APPEND = (
    _COMMON
    + KEEP
    + """
local ms, replaces, title = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local run, record_ms, record = ARGV[8], tonumber(ARGV[9]), ARGV[10]
local head = own(head_key)
if not head then return false end
if redis.call('HEXISTS', tree_key, ARGV[11]) == 1 then return head.messages end
local parent = asked_after(head, replaces)
if not parent then return -1 end
local at, count = '', redis.call('HLEN', tree_key)
for i = 11, #ARGV, 2 do
  local message = ARGV[i]
  at = stamp()
  redis.call('JSON.SET', base .. ':message:' .. message, '$',
    '{"kind":"message","owner":"' .. owner .. '","chat_id":"' .. id .. '","created":' .. at
    .. ',"updated":' .. at .. ',"parent_id":"' .. parent .. '",' .. ARGV[i + 1]:sub(2))
  redis.call('HSET', tree_key, message, count .. ':' .. parent)
  parent, count = message, count + 1
end
local change = '{"leaf_id":"' .. parent .. '","messages":' .. count .. ',"updated":' .. at
  .. ',"listed":1'
if head.title == '' then change = change .. ',' .. title end
redis.call('JSON.MERGE', head_key, '$', change .. '}')
keep_passages(ns, id, cjson.decode(ARGV[7]))
if run ~= '' then keep_record(run, record_ms, record, now_us() / 1000) end
live(base, ms)
return count
"""
)

# -> the head, the tree, then messages; false: no such chat; -1: no such message
READ = (
    _COMMON
    + """
local last, replaces, what = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local head, raw = own(head_key)
if not head then return false end
local found = {raw, {}}
local function take(message)
  local key = base .. ':message:' .. message
  if what == 'said' then
    -- Only answers have a reason for their end; a field that is missing is an error.
    local said = redis.pcall('JSON.GET', key, 'message_id', 'role', 'text', 'finish_reason')
    if type(said) == 'table' and said.err then
      said = redis.call('JSON.GET', key, 'message_id', 'role', 'text')
    end
    found[#found + 1] = said
  else
    found[#found + 1] = redis.call('JSON.GET', key)
  end
end
if what ~= 'said' then found[2] = redis.call('HGETALL', tree_key) end
if what == 'whole' then
  for i = 1, #found[2], 2 do take(found[2][i]) end
  return found
end
local at = asked_after(head, replaces)
if not at then return -1 end
-- A summary is of this path if it ends on it.
local upto = head.summary ~= cjson.null and head.summary.upto
while at ~= '' and (last ~= 0 or (upto and what == 'said')) do
  if last ~= 0 then
    take(at)
    last = last - 1
  end
  if what == 'said' and at == upto then found[2], upto = {'summary'}, nil end
  at = parent_of(at)
end
return found
"""
)

# `by` is person, or model: which never renames what a person named.
RENAME = (
    _COMMON
    + """
local ms, by, title = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local head = own(head_key)
if not head then return false end
if by == 'model' and head.titled_by ~= 'question' then return 0 end
local listed = by == 'person' and ',"listed":1' or ''
redis.call('JSON.MERGE', head_key, '$', '{' .. title .. listed .. '}')
if by == 'person' then live(base, ms) end
return 1
"""
)

# The newest message below `message` becomes the leaf.
SWITCH = (
    _COMMON
    + """
local ms, message = tonumber(ARGV[4]), ARGV[5]
if not own(head_key) then return false end
if redis.call('HEXISTS', tree_key, message) == 0 then return -1 end
local newest, number = {}, {}
local tree = redis.call('HGETALL', tree_key)
for i = 1, #tree, 2 do
  local n, parent = tree[i + 1]:match('^(%d+):(.*)$')
  n = tonumber(n)
  if not number[parent] or n > number[parent] then newest[parent], number[parent] = tree[i], n end
end
while newest[message] do message = newest[message] end
redis.call('JSON.MERGE', head_key, '$', '{"leaf_id":"' .. message .. '"}')
live(base, ms)
return 1
"""
)

FEEDBACK = (
    _COMMON
    + """
local ms, message, feedback = tonumber(ARGV[4]), ARGV[5], ARGV[6]
if not own(head_key) then return false end
local key = base .. ':message:' .. message
local role = redis.call('JSON.GET', key, 'role')
if role ~= '"assistant"' then return -1 end
redis.call('JSON.SET', key, '$.feedback', feedback)
live(base, ms)
return 1
"""
)
SUMMARISE = (
    _COMMON
    + """
if not own(head_key) then return false end
redis.call('JSON.SET', head_key, '$.summary', ARGV[4])
return 1
"""
)

_MOVE = """
local function move(from, to)
  for _, key in ipairs(keys_of(from)) do
    if redis.call('EXISTS', key) == 1 then
      redis.call('RENAME', key, to .. key:sub(#from + 1))
    end
  end
end
"""

DELETE = (
    "#!lua flags=allow-oom\n"
    + _COMMON
    + _MOVE
    + """
if not own(head_key) then return false end
move(base, trash)
live(trash, tonumber(ARGV[4]))
redis.call('SREM', mine, id)
return 1
"""
)

RESTORE = (
    _COMMON
    + _MOVE
    + """
if not own(trash .. ':head') then return false end
move(trash, base)
redis.call('SADD', mine, id)
live(base, tonumber(ARGV[4]))
return 1
"""
)

# What Redis let expire leaves these entries behind, and the passages that the chat cited.
# -> the documents of the passages that nobody cites any more; false: the chat is there
SWEEP = (
    "#!lua flags=allow-oom\n"
    + _COMMON
    + FORGET
    + """
if redis.call('EXISTS', head_key, trash .. ':head') > 0 then return false end
redis.call('SREM', mine, id)
redis.call('ZREM', ending, member)
return forget_passages(ns, id)
"""
)
