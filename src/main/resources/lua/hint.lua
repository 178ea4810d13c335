-- Notes in the index that something has a deadline.
--
-- KEYS  1 the index of deadlines (sorted set)
-- ARGV  1 what has it   2 the deadline in milliseconds
-- Result  1
--
-- Works on a full Redis: its first write is one that is never refused.
-- include hint
redis.call('ZREM', KEYS[1], '')
hint(KEYS[1], ARGV[1], ARGV[2])
return 1
