#!lua flags=allow-oom
-- A run that never began leaves nothing behind.
-- include: keys/runs
-- include: runs/common
local id, worker = ARGV[2], ARGV[3]
local found = redis.call('HMGET', run_of(id), 'status', 'chat_id', 'worker', 'asked', 'owner')
if found[1] == 'running' and found[3] == worker then
  let_go(id, found[2], worker, found[5])
  if found[4] then redis.call('DEL', found[4]) end
  redis.call('DEL', run_of(id))
end
return 1
