-- -> the head; false: the owner has as many chats as there may be
-- include: keys/chats
-- include: chats/common
local limit, ms, listed, title = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7]
if redis.call('SCARD', mine) >= limit then return false end
local at = stamp()
local head = '{"kind":"chat","owner":"' .. owner .. '","chat_id":"' .. id
  .. '","created":' .. at .. ',"updated":' .. at .. ',"leaf_id":"","messages":0,"listed":' .. listed
  .. ',"summary":null,' .. title .. '}'
redis.call('JSON.SET', head_key, '$', head)
redis.call('SADD', mine, id)
live(base, ms)
return head
