-- Notes what a sink's holder saw last of the receiver, for those who ask how the sink is.
--
-- KEYS  1 the sink's state (hash)
-- ARGV  1 the fence   2 the last error, or an empty string if there was none since   3 the breaker, or an empty string
-- Result  1, or 0 if the fence is not mine; nothing is written then
-- include time
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], '')
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'error', ARGV[2], 'error-at', string.format('%.0f', milliseconds()))
end
redis.call('HSET', KEYS[1], 'breaker', ARGV[3])
return 1
