-- Removes a generation that is not served any more, a step at a time. Whoever still works it is fenced.
--
-- KEYS  1 the log (stream)   2 the generation's state (hash)   3 its lease (string)   4 its index (sorted set)
--       5 its changes (stream)
-- ARGV  1 prefix of the entries   2 how many at once   3 the group
-- Result  1 if there is more to do
-- include entries
local events, view, lease, index, changes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
redis.call('HDEL', view, 'fence')
if remove_entries(index, ARGV[1], ARGV[2]) then
  return 1
end
redis.call('UNLINK', view, lease, changes)
if redis.call('EXISTS', events) == 1 then
  redis.call('XGROUP', 'DESTROY', events, ARGV[3])
end
return 0
