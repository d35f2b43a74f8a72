-- Lets others read the path to a message; the key stays for as long as the chat is shared.
-- -> the head; false: no such chat
-- include: keys/chats
-- include: chats/common
local head = own(head_key)
if not head then return false end
local share = cjson.decode(ARGV[4])
if head.share then share.key = head.share.key end
redis.call('JSON.SET', head_key, '$.share', cjson.encode(share))
return redis.call('JSON.GET', head_key)
