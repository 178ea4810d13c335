-- Takes a generation, of which nothing is left, off the registry.
--
-- KEYS  1 views (hash, see serve.lua)
-- ARGV  1 view   2 generation
-- Result  1
local name = ARGV[1] .. ':' .. ARGV[2]
redis.call('HDEL', KEYS[1], name, '#born:' .. name, '#idle:' .. name)
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
