#!lua flags=no-writes
-- -> by turns the document of each passage, and the current one that it became; empty if none
-- include: keys/library
local libraries = {}
for tag in ARGV[2]:gmatch('[^,]+') do libraries[tag] = true end
local function owned(key)
  local told = redis.call('HMGET', key, 'doc_id', 'owner_id')
  return told[2] and libraries[told[2]] and told[1]
end
local found = {}
for at = 3, #ARGV do
  local id = ARGV[at]
  local doc = owned(snapshot_of(id)) or owned(passage_of(id))
  local heir = doc or ''
  while heir ~= '' and redis.call('EXISTS', document_of(heir)) == 0 do
    local text = redis.call('HGET', retired, heir)
    heir = text and cjson.decode(text).heir or ''
  end
  found[#found + 1] = doc or ''
  found[#found + 1] = heir
end
return found
