-- Removes a group of a partition.
--
-- KEYS  1 the log (stream)   2 the group (hash)   3 leases (sorted set)   4 parked (sorted set)   5 busy (hash)
--       6 flight (hash)   7 the partition's groups (set)
-- ARGV  1 the group's name
-- Result  1, or 0 if there was none
local there = redis.call('UNLINK', KEYS[2])
redis.call('UNLINK', KEYS[3], KEYS[4], KEYS[5], KEYS[6])
redis.call('SREM', KEYS[7], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('XGROUP', 'DESTROY', KEYS[1], 'group.' .. ARGV[1])
end
redis.pcall('PUBLISH', KEYS[2], '')
return there
