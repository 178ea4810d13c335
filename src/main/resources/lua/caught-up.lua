-- Notes that a generation's partition once had all applied that there was.
--
-- KEYS  1 the generation's state (hash)
-- ARGV  1 the fence
-- Result  1
-- Errors  FENCED if the fence is not mine; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], 'caught-up', 1)
return 1
