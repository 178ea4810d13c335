-- Takes an event off the schedule.
--
-- KEYS  1 what is due, and when (sorted set)   2 the events (hash)   3 their digests (hash)
-- ARGV  1 the event's name
-- Result  1, or 0 if there is no such event; then how many wait
--
-- Works on a full Redis: its first write is one that is never refused.
local text = redis.call('HGET', KEYS[2], ARGV[1])
local was = redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if text then
  redis.call('HDEL', KEYS[3], cmsgpack.unpack(text)[1])
end
return {was, redis.call('ZCARD', KEYS[1])}
