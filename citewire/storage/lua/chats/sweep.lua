#!lua flags=allow-oom
-- What Redis let expire leaves these entries behind, and the passages that the chat cited.
-- -> the documents of the passages that nobody cites any more; false: the chat is there
-- include: keys/chats
-- include: keys/library
-- include: chats/common
-- include: library/lineage
-- include: library/forget_passages
if redis.call('EXISTS', head_key, head_of(trash)) > 0 then return false end
redis.call('SREM', mine, id)
redis.call('ZREM', ending, member)
return forget_passages(id)
