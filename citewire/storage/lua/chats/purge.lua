#!lua flags=allow-oom
-- Deletes a chat, be it in the trash or not, with the records of its runs and what is kept for it.
-- -> the documents of the passages that nobody cites any more
-- include: keys/chats
-- include: keys/library
-- include: chats/common
-- include: library/lineage
-- include: library/forget_passages
for _, at in ipairs({base, trash}) do
  if own(head_of(at)) then
    for _, run in ipairs(redis.call('ZRANGE', records_of(at), 0, -1)) do
      redis.call('UNLINK', record_of(run))
    end
    -- With the messages that the tree names, which goes with them.
    for _, message in ipairs(redis.call('HKEYS', tree_of(at))) do
      redis.call('UNLINK', message_of(at, message))
    end
    redis.call('UNLINK', head_of(at), tree_of(at), records_of(at))
  end
end
redis.call('SREM', mine, id)
redis.call('ZREM', ending, member)
return forget_passages(id)
