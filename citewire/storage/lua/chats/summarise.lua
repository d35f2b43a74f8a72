-- -> false: no such chat
-- include: keys/chats
-- include: chats/common
if not own(head_key) then return false end
redis.call('JSON.SET', head_key, '$.summary', ARGV[4])
return 1
