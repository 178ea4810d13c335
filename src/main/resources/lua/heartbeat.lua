-- Tells that an instance lives and what it works; takes those that did not tell in time off the list; tells who lives.
--
-- KEYS  1 instances (sorted set, by the milliseconds of their last heartbeat)   2 what each of them works (hash)
--       3 the notices that instances follow (stream)
-- ARGV  1 this instance   2 after how many milliseconds without a heartbeat an instance counts as gone
--       3 what this one works, separated by blanks
-- Result  milliseconds until the next other one would be gone (or ARGV 2), then name and what it works, for each
--
-- Works on a full Redis: its first write is one that is never refused. Who lives is told by Redis's clock alone.
-- include time
local instances, works, notices, me, patience = KEYS[1], KEYS[2], KEYS[3], ARGV[1], tonumber(ARGV[2])
local NOTICES_KEPT = 1000

local now = milliseconds()
redis.call('HDEL', works, '')
local changed = redis.call('HGET', works, me) ~= ARGV[3] or not redis.call('ZSCORE', instances, me)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', instances, '-inf', string.format('%.0f', now - patience))) do
  if gone ~= me then
    redis.call('ZREM', instances, gone)
    redis.call('HDEL', works, gone)
    changed = true
  end
end
redis.call('ZADD', instances, string.format('%.0f', now), me)
redis.call('HSET', works, me, ARGV[3])
if changed then
  redis.call('XADD', notices, 'MAXLEN', '~', NOTICES_KEPT, '*', 'members', '')
end

local left, told = patience, {}
local all = redis.call('ZRANGE', instances, 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  if all[i] ~= me then
    left = math.min(left, all[i + 1] + patience - now)
  end
  told[#told + 1] = all[i]
  told[#told + 1] = redis.call('HGET', works, all[i]) or ''
end
return {left, unpack(told)}
