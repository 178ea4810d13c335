-- Gives a scheduled event another deadline.
--
-- KEYS  1 what is due, and when (sorted set)
-- ARGV  1 the event's name   2 the deadline in milliseconds, or +milliseconds from now
-- Result  the deadline, the first of all deadlines; nil if there is no such event
--
-- Works on a full Redis: its first write is one that is never refused.
-- include time
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return false
end
local deadline = ARGV[2]
if string.sub(deadline, 1, 1) == '+' then
  deadline = string.format('%.0f', milliseconds() + deadline)
end
redis.call('ZREM', KEYS[1], '')
redis.call('ZADD', KEYS[1], 'XX', deadline, ARGV[1])
return {deadline, redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]}
