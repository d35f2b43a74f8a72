-- Drops what is kept for this chat only.
-- -> the documents of which passages were dropped: their page copies are tidied up
local function forget_passages(chat)
  local noted = cited_by(chat)
  local dropped = {}
  for _, id in ipairs(redis.call('SMEMBERS', noted)) do
    local snapshot = snapshot_of(id)
    redis.call('SREM', citing_of(id), chat)
    local doc = redis.call('HGET', snapshot, 'doc_id')
    if doc and redis.call('EXISTS', citing_of(id)) == 0 then
      redis.call('UNLINK', snapshot)
      redis.call('SREM', kept_of(doc), id)
      -- What is not retired is left alone by this.
      lineage.release(doc)
      dropped[#dropped + 1] = doc
    end
  end
  redis.call('UNLINK', noted)
  return dropped
end
