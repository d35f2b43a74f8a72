-- Keeps passages for a chat, leaving out what is gone.
local function keep_passages(chat, ids)
  for _, id in ipairs(ids) do
    local snapshot = snapshot_of(id)
    if redis.call('EXISTS', snapshot) == 0
        and redis.call('COPY', passage_of(id), snapshot) == 1 then
      local doc = redis.call('HGET', snapshot, 'doc_id')
      local layout = redis.call('HGET', layout_of(doc), id)
      if layout then redis.call('HSET', snapshot, 'layout', layout) end
      local embedding = redis.call('HGET', noted_index, 'embedding')
      if embedding then redis.call('HSET', snapshot, 'embedding', embedding) end
      redis.call('SADD', kept_of(doc), id)
    end
    -- A passage that was deleted since it was retrieved: the turn has its text.
    if redis.call('EXISTS', snapshot) == 1 then
      redis.call('SADD', citing_of(id), chat)
      redis.call('SADD', cited_by(chat), id)
    end
  end
end
