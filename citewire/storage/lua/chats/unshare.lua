#!lua flags=allow-oom
-- -> false: no such chat
-- include: keys/chats
-- include: chats/common
if not own(head_key) then return false end
redis.call('JSON.DEL', head_key, '$.share')
return 1
