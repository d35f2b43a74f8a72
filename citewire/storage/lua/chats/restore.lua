-- -> false: it was not deleted, or too long ago
-- include: keys/chats
-- include: chats/common
-- include: chats/move
if not own(head_of(trash)) then return false end
move(trash, base)
redis.call('SADD', mine, id)
live(base, tonumber(ARGV[4]))
return 1
