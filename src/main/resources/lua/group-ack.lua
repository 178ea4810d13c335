-- Acknowledges deliveries of a group: their events are done.
--
-- KEYS  1 the log (stream)   2 the group (hash)   3 leases (sorted set)   4 parked (sorted set)   5 busy (hash)
--       6 flight (hash)   7 dead letters (stream)   8 why replays failed (hash)
-- ARGV  1 the group's name   2 its id   3 what to count them as   then the deliveries, <id>:<number>
-- Result  for each 1, or 0 if it is stale: the event went to another, or is done, or the group is not that one any more
--
-- Works on a full Redis: its first write is one that is never refused. At most 256 deliveries.
-- include time
-- include group
local keys = {events = KEYS[1], leases = KEYS[3], parked = KEYS[4], busy = KEYS[5], flight = KEYS[6]}
local name, results, done = ARGV[1], {}, {}
local f = redis.call('HMGET', KEYS[2], 'id', 'ordered')
local members = {unpack(ARGV, 4)}
local found = parse_leases(members)
-- check stale
found = f[1] == ARGV[2] and find_leases(keys.leases, members) or {}
-- checked
for i = 1, #members do
  results[i] = found[i] and 1 or 0
  if found[i] then
    done[#done + 1] = found[i]
  end
end
if #done == 0 then
  return results
end
settle(keys, name, done)
local letters = {}
for _, one in ipairs(done) do
  if is_letter(one.id) then
    letters[#letters + 1] = string.sub(one.id, 2)
  end
end
if #letters > 0 then
  redis.call('XDEL', KEYS[7], unpack(letters))
  redis.call('HDEL', KEYS[8], unpack(letters))
end
redis.call('HINCRBY', KEYS[2], ARGV[3], #done)
if f[2] == '1' then
  local now, waked = milliseconds(), false
  for _, one in ipairs(done) do
    waked = release(keys, one.id, now) or waked
  end
  if waked then
    redis.pcall('PUBLISH', KEYS[2], '')
  end
end
return results
