-- Leaves a notice that all instances read at once.
--
-- KEYS  1 the notices (stream)
-- ARGV  1 its kind   2 what it is about
-- Result  1
--
-- Works on a full Redis: its first write is one that is never refused.
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', 1000)
redis.call('XADD', KEYS[1], '*', ARGV[1], ARGV[2])
return 1
