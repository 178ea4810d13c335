-- Tells how a sink is on a partition.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the sink's state (hash)   4 its lease (string)
--       5 its open events (hash)
-- ARGV  1 the group
-- Result  for each of these, a text that is empty if there is none: delivered, read, who works it, paused, why it is stopped,
--         last error, when that was in milliseconds, breaker, end of the range that is replayed, dead letters;
--         then numbers: events of the log that are not read, open events, events given to the holder and not done,
--         age in milliseconds of the first event that is not done or -1, the clock in milliseconds
-- include time
-- include ids
-- include consumer-groups
local f = redis.call('HMGET', KEYS[3], 'delivered', 'read', 'paused', 'halted', 'error', 'error-at', 'breaker', 'replay-to',
  'dead', 'count')
local appended = tonumber(redis.call('HGET', KEYS[2], 'appended') or '0')
local now = milliseconds()
local group, age = consumer_group(KEYS[1], ARGV[1]), -1
if redis.call('EXISTS', KEYS[1]) == 1 then
  local first = range_behind(KEYS[1], f[1] or '0-0', 1)[1]
  if first then
    age = math.max(0, now - tonumber(string.match(first[1], '^%d+')))
  end
end
return {f[1] or '', f[2] or '', redis.call('GET', KEYS[4]) or '', f[3] or '', f[4] or '', f[5] or '', f[6] or '', f[7] or '',
  f[8] or '', f[9] or '0', math.max(0, appended - tonumber(f[10] or '0')), #redis.call('HKEYS', KEYS[5]),
  group and group.pending or 0, age,
  string.format('%.0f', now)}
