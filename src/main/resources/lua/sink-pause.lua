-- Pauses a sink's partition, or lets it go on, also after it was stopped. Its holder learns of it when it renews its lease.
--
-- KEYS  1 the sink's state (hash)
-- ARGV  1 1 to pause, 0 to go on
-- Result  1
--
-- Works on a full Redis: its first write is one that is never refused.
if ARGV[1] == '1' then
  redis.call('HDEL', KEYS[1], '')
  redis.call('HSET', KEYS[1], 'paused', 1)
else
  redis.call('HDEL', KEYS[1], 'paused', 'halted')
end
return 1
