-- -> the head, the tree, then messages; false: no such chat; -1: no such message
-- include: keys/chats
-- include: chats/common
local last, replaces, what = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local head, raw = own(head_key)
if not head then return false end
local found = {raw, {}}
local function take(message)
  local key = message_of(base, message)
  if what == 'said' then
    -- Only answers have the last two; a field that is missing is an error.
    local said = redis.pcall('JSON.GET', key, 'message_id', 'role', 'text', 'finish_reason',
      'spoken_of')
    if type(said) == 'table' and said.err then
      said = redis.pcall('JSON.GET', key, 'message_id', 'role', 'text', 'finish_reason')
    end
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
