#!lua flags=allow-oom
-- -> 0: the lease is another's, or over
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
