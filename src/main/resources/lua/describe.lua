-- Tells how a generation's partition stands, all at one moment.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the generation's state (hash)   4 its lease (string)
--       5 its index (sorted set)
-- ARGV  1 the group
-- Result  holder or nil, fence or nil, applied, events not applied, age in milliseconds of the first of these (0 if
--         there is none), entries pending, entries, events skipped, dead letters, why it is broken or halted or nil
-- include time
-- include ids
-- include consumer-groups
local events, log, view = KEYS[1], KEYS[2], KEYS[3]
local f = redis.call('HMGET', view, 'fence', 'applied', 'count', 'life', 'skipped', 'dead', 'broken', 'halted')
local l = redis.call('HMGET', log, 'life', 'appended')
local applied, count = '0-0', 0
if f[4] and f[4] == l[1] then
  applied, count = f[2], tonumber(f[3])
end
local group, age = consumer_group(events, ARGV[1]), 0
if redis.call('EXISTS', events) == 1 then
  local first = range_behind(events, applied, 1)[1]
  if first then
    age = math.max(0, milliseconds() - tonumber(string.match(first[1], '^%d+')))
  end
end
local number = f[1] and tonumber(string.match(f[1], '^%d+'))
return {redis.call('GET', KEYS[4]), number, applied, math.max(0, tonumber(l[2] or '0') - count), age, group and group.pending or 0,
  redis.call('ZCARD', KEYS[5]), tonumber(f[5] or '0'), tonumber(f[6] or '0'), f[7] or f[8]}
