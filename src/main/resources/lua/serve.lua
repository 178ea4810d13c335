-- Notes a generation of a view, and has it served if none is, or if it shall replace the one that is.
--
-- KEYS  1 views (hash: view to served generation, view:generation to its description)
-- ARGV  1 view   2 generation   3 its description   4 the generation that it replaces, or empty
-- Result  the generation that is now served
--
-- Works on a full Redis: its first write is one that is never refused.
local served = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], ARGV[3])
if not served or served == ARGV[4] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  served = ARGV[2]
end
return served
