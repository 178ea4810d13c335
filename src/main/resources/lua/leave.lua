-- Takes an instance that ends off the list.
--
-- KEYS  1 instances (sorted set)   2 what each of them works (hash)   3 the notices that instances follow (stream)
-- ARGV  1 the instance
-- Result  1 if it was on the list, else 0
--
-- Works on a full Redis: its first write is one that is never refused.
redis.call('HDEL', KEYS[2], ARGV[1])
local was = redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'members', '')
return was
