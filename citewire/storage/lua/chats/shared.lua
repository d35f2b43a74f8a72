-- What is shared of a chat with whoever has the key: whose it is does not matter.
-- -> the head, then messages from the newest on; false: no such chat, or it is not shared so
-- include: keys/chats
-- include: chats/common
local raw = redis.call('JSON.GET', head_key)
local share = raw and cjson.decode(raw).share
if not share or share.key ~= ARGV[4] then return false end
local found, at = {raw}, share.leaf_id
while at ~= '' do
  found[#found + 1] = redis.call('JSON.GET', message_of(base, at))
  at = parent_of(at)
end
return found
