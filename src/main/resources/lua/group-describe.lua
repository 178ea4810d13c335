-- Tells how a group stands on a partition, all at one moment.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the group (hash)   4 leases (sorted set)
--       5 parked (sorted set)
-- ARGV  1 the group's name
-- Result  nil if there is none, else: max-deliveries, ordered, lease, backoff, filter, delivered, events that were not
--         delivered yet or -1 while that is not known, deliveries that are not done, those of them that may be delivered again
--         now, parked events, age in milliseconds of the oldest event that is not done or 0, acknowledged, set aside, filtered,
--         vanished, then for each consumer: name, pending, milliseconds since it last pulled
-- include ids
-- include time
-- include group
local f = redis.call('HMGET', KEYS[3], 'id', 'life', 'max-deliveries', 'ordered', 'lease', 'backoff', 'filter', 'delivered',
  'count', 'acknowledged', 'dead', 'filtered', 'vanished')
if not f[1] then
  return false
end
local l = redis.call('HMGET', KEYS[2], 'life', 'appended')
local now, delivered, lag = milliseconds(), f[8], -1
if l[1] ~= f[2] then
  delivered, lag = '0-0', tonumber(l[2] or '0')
elseif tonumber(f[9]) then
  lag = math.max(0, tonumber(l[2]) - tonumber(f[9]))
end
local group = 'group.' .. ARGV[1]
local oldest, consumers = nil, {}
local pending = redis.call('EXISTS', KEYS[1]) == 1 and redis.pcall('XPENDING', KEYS[1], group)
if pending and not pending.err then
  oldest = pending[1] > 0 and pending[2]
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], group)) do
    local of = {}
    for i = 1, #info, 2 do
      of[info[i]] = info[i + 1]
    end
    if of.name ~= WAITING then
      consumers[#consumers + 1] = {of.name, of.pending, of.idle}
    end
  end
end
if not oldest then
  local first = range_behind(KEYS[1], delivered, 1)[1]
  oldest = first and first[1]
end
local age = oldest and math.max(0, now - tonumber(string.match(oldest, '^%d+'))) or 0
local result = {f[3], f[4], f[5], f[6], f[7], delivered, lag, redis.call('ZCARD', KEYS[4]),
  redis.call('ZCOUNT', KEYS[4], '-inf', string.format('%.0f', now)), redis.call('ZCARD', KEYS[5]), age,
  tonumber(f[10] or '0'), tonumber(f[11] or '0'), tonumber(f[12] or '0'), tonumber(f[13] or '0')}
-- Consumers may be more than Lua unpacks at once.
for _, one in ipairs(consumers) do
  for _, part in ipairs(one) do
    result[#result + 1] = part
  end
end
return result
