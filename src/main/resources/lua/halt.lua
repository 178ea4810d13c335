-- Halts a shard at an event that cannot be dealt with, and gives the lease back.
--
-- KEYS  1 the shard's state (hash)   2 its lease (string)
-- ARGV  1 the fence   2 why
-- Result  1
-- Errors  FENCED if the fence is not mine; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'halted', ARGV[2], 'released', 1)
return 1
