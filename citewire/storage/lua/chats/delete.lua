#!lua flags=allow-oom
-- Moves a chat to where no search sees it and no script, until Redis lets it expire.
-- -> false: no such chat
-- include: keys/chats
-- include: chats/common
-- include: chats/move
if not own(head_key) then return false end
-- Bringing the chat back does not bring its readers back.
redis.call('JSON.DEL', head_key, '$.share')
move(base, trash)
live(trash, tonumber(ARGV[4]))
redis.call('SREM', mine, id)
return 1
