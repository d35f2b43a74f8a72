-- What storage/library/lineage.py tells of: `lineage.release`, `.retire` and `.settle`.
local lineage = {}
local function note(doc)
  local text = redis.call('HGET', retired, doc)
  return text and cjson.decode(text)
end
local function erase(doc, noted)
  redis.call('HDEL', retired, doc)
  for _, place in ipairs(noted.places) do
    if redis.call('HGET', vacated, place) == doc then redis.call('HDEL', vacated, place) end
  end
  if noted.heir ~= '' then redis.call('SREM', kept_of(noted.heir), doc) end
end
local function bequeath(doc, heir)
  redis.call('HSET', retired, doc, cjson.encode({heir = heir, places = {}}))
  redis.call('SADD', kept_of(heir), doc)
end
-- Forgets a retired document of which nothing is kept, and those remembered for its sake.
function lineage.release(doc)
  while doc ~= '' and redis.call('EXISTS', kept_of(doc)) == 0 do
    local noted = note(doc)
    if not noted then return end
    erase(doc, noted)
    doc = noted.heir
  end
end
-- A document lies nowhere any more: `...` are its last places.
function lineage.retire(doc, heir, ...)
  if heir ~= '' then return bequeath(doc, heir) end
  local places = {...}
  redis.call('HSET', retired, doc, cjson.encode({heir = '', places = places}))
  for _, place in ipairs(places) do redis.call('HSET', vacated, place, doc) end
end
-- A document lies at these places: it is current, and heir of what lay there last.
function lineage.settle(doc, ...)
  local back = note(doc)
  if back then
    erase(doc, back)
    lineage.release(back.heir)
  end
  for _, place in ipairs({...}) do
    local before = redis.call('HGET', vacated, place)
    local noted = before and note(before)
    if noted then
      erase(before, noted)
      bequeath(before, doc)
    end
  end
end
