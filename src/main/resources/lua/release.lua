-- Gives a lease back.
--
-- KEYS  1 the generation's state (hash)   2 its lease (string)
-- ARGV  1 the fence
-- Result  1 if it was mine, else 0
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[2])
