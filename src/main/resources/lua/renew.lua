-- Lengthens a lease, takes it again if it ran out and nobody else took it, and tells what there is to do.
--
-- KEYS  1 the shard's state (hash)   2 its lease (string)   3 the log (stream)   4 requests to its holder (list)
-- ARGV  1 the fence   2 this instance   3 the lease in milliseconds   4 the group
--       5 the field that says up to where the log is done
-- Result  age in milliseconds of the first event that is not done, or -1 if there is none;
--         entries pending; requests; dead letters; 1 if the work is paused
-- Errors  FENCED if another took it; NOGROUP if there is no group; nothing is written then
-- include time
-- include ids
local f = redis.call('HMGET', KEYS[1], 'fence', ARGV[5], 'dead', 'paused')
if f[1] ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
local pending = redis.call('XPENDING', KEYS[3], ARGV[4])[1]
local first = range_behind(KEYS[3], f[2] or '0-0', 1)[1]
if redis.call('PEXPIRE', KEYS[2], ARGV[3]) == 0 then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
local age = -1
if first then
  age = math.max(0, milliseconds() - tonumber(string.match(first[1], '^%d+')))
end
return {age, pending, redis.call('LLEN', KEYS[4]), tonumber(f[3] or '0'), f[4] and 1 or 0}
