-- Moves a group of a partition to another position. All its deliveries are forgotten: what is said of them is stale.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the group (hash)   4 leases (sorted set)
--       5 parked (sorted set)   6 busy (hash)   7 flight (hash)
-- ARGV  1 the group's name   2 prefix of the slices   3 a random string, for a new life   4 another, the group's id from now on
--       5 the position behind which it goes on   6 the life that this is of
-- Result  1
-- Errors  UNKNOWN  there is no such group
--         MOVED    the log has another life than the position
--         With both nothing is written.
--
-- Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include group
-- include group-begin
local keys = {events = KEYS[1], group = KEYS[3], leases = KEYS[4], parked = KEYS[5], busy = KEYS[6], flight = KEYS[7]}
if redis.call('EXISTS', keys.group) == 0 then
  return redis.error_reply('UNKNOWN there is no group ' .. ARGV[1])
end
local state = read_log(KEYS[1], KEYS[2])
if state.lost or state.life ~= ARGV[6] then
  return redis.error_reply('MOVED the log has another life')
end
redis.call('HDEL', keys.group, '')
begin_log(KEYS[1], ARGV[2], KEYS[2], state, ARGV[3])
begin_group(keys, ARGV[1], ARGV[4], ARGV[5], state)
return 1
