-- Gives a lease back. Whoever takes it next knows that its holder did not die.
--
-- KEYS  1 the shard's state (hash)   2 its lease (string)
-- ARGV  1 the fence
-- Result  1 if it was mine, else 0
--
-- Works on a full Redis: its first write is one that is never refused.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'released', 1)
return 1
