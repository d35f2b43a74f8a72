#!lua flags=allow-oom
-- Any commands, and procedures of the lineage, as long as the lease is ours.
-- -> 0: it is not, and nothing was done
-- include: keys/library
-- include: library/lineage
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
local at = 3
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  local procedure = lineage[ARGV[at + 1]]
  if procedure then
    procedure(unpack(ARGV, at + 2, at + words))
  else
    redis.call(unpack(ARGV, at + 1, at + words))
  end
  at = at + words + 1
end
return 1
