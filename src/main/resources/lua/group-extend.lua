-- Lengthens the leases of deliveries, also of one that ran out if nobody else was given the event.
--
-- KEYS  1 the group (hash)   2 leases (sorted set)
-- ARGV  1 the group's id   2 the lease from now on in milliseconds, or 0 for the group's own
--       then the deliveries, <id>:<number>
-- Result  for each 1, or 0 if it is stale
--
-- Works on a full Redis: its first write is one that is never refused. At most 256 deliveries.
-- include time
-- include group
local f = redis.call('HMGET', KEYS[1], 'id', 'lease', 'expected')
local members = {unpack(ARGV, 3)}
local found = parse_leases(members)
-- check stale
found = f[1] == ARGV[1] and find_leases(KEYS[2], members) or {}
-- checked
local lease = tonumber(ARGV[2]) > 0 and tonumber(ARGV[2]) or tonumber(f[2] or '0')
local now = milliseconds()
local deadline = string.format('%.0f', now + lease)
local results, changed = {}, {}
for i = 1, #members do
  results[i] = found[i] and 1 or 0
  if found[i] then
    changed[#changed + 1] = deadline
    changed[#changed + 1] = members[i]
  end
end
if #changed > 0 then
  redis.call('HDEL', KEYS[1], '')
  redis.call('ZADD', KEYS[2], 'XX', unpack(changed))
  expect(KEYS[1], f[3], tonumber(deadline), now)
end
return results
