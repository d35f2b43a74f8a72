#!lua flags=allow-oom
-- Forgets runs of an owner, with what they told; those of others are left alone.
-- -> how many there were
-- include: keys/runs
-- include: runs/common
local asker, count = ARGV[2], 0
for i = 3, #ARGV do
  local id = ARGV[i]
  local found = redis.call('HMGET', run_of(id), 'chat_id', 'worker', 'asked', 'owner')
  if found[4] == asker then
    let_go(id, found[1], found[2], found[4])
    if found[3] then redis.call('DEL', found[3]) end
    redis.call('UNLINK', run_of(id), log_of(id))
    redis.call('ZREM', lost, id)
    count = count + 1
  end
end
return count
