-- Takes deliveries of a group back: their events are delivered again after a while, or set aside if they were delivered
-- as often as the group has it, or are to be dropped.
--
-- KEYS  1 the log (stream)   2 the group (hash)   3 leases (sorted set)   4 parked (sorted set)   5 busy (hash)
--       6 flight (hash)   7 dead letters (stream)   8 why replays failed (hash)
-- ARGV  1 the group's name   2 its id   3 after how many milliseconds, or -1 for the group's backoff
--       4 the reason if they are to be dropped, or an empty string   5 1 if they do not count as deliveries, since nobody got
--       them: these come again at once, whatever 3 says; else 0   then the deliveries, <id>:<number>
-- Result  how many were set aside, then for each delivery 1, or 0 if it is stale
--
-- Works on a full Redis: its first write is one that is never refused. At most 256 deliveries.
-- Whoever waits for the group's events hears of it on the channel of its name.
-- include time
-- include group
local keys = {events = KEYS[1], leases = KEYS[3], parked = KEYS[4], busy = KEYS[5], flight = KEYS[6], dead = KEYS[7],
  failed = KEYS[8]}
local name, delay, reason, uncounted = ARGV[1], tonumber(ARGV[3]), ARGV[4], ARGV[5] == '1'
local f = redis.call('HMGET', KEYS[2], 'id', 'ordered', 'max-deliveries', 'backoff')
local results, back, dropped, lost = {}, {}, {}, 0
local members = {unpack(ARGV, 6)}
local found = parse_leases(members)
-- check stale
found = f[1] == ARGV[2] and find_leases(keys.leases, members) or {}
-- checked
local backoff = {}
for pause in string.gmatch(f[4] or '', '%d+') do
  backoff[#backoff + 1] = tonumber(pause)
end
for i = 1, #members do
  local one = found[i]
  results[i] = one and 1 or 0
  if one and (reason ~= '' or (one.n >= tonumber(f[3]) and not uncounted)) then
    one.fields = read_event(keys.events, keys.dead, one.id)
    dropped[#dropped + 1] = one
  elseif one then
    back[#back + 1] = one
  end
end
if #back + #dropped == 0 then
  return {0, unpack(results)}
end
redis.call('HDEL', KEYS[2], '')
local now = milliseconds()
local by_count, added, removed = {}, {}, {}
for _, one in ipairs(back) do
  local n = uncounted and one.n - 1 or one.n
  local pause = delay
  if delay < 0 then
    pause = #backoff == 0 and 0 or backoff[math.max(1, math.min(one.n, #backoff))]
  end
  added[#added + 1] = uncounted and due_as_new(one.id, now) or string.format('%.0f', now + pause)
  added[#added + 1] = one.id .. ':' .. n .. '~'
  removed[#removed + 1] = one.member
  if not is_letter(one.id) then
    by_count[n] = by_count[n] or {}
    table.insert(by_count[n], one.id)
  end
end
if #back > 0 then
  redis.call('ZREM', keys.leases, unpack(removed))
  redis.call('ZADD', keys.leases, unpack(added))
  for n, ids in pairs(by_count) do
    hand_to_nobody(keys.events, name, ids, n)
  end
end
local aside = 0
for _, one in ipairs(dropped) do
  local why = reason ~= '' and reason or 'given back at delivery ' .. one.n .. ' of ' .. f[3]
  if one.fields then
    set_aside(keys, name, one, one.fields, why)
    aside = aside + 1
  else
    lost = lost + 1
  end
end
if #dropped > 0 then
  settle(keys, name, dropped)
  if aside > 0 then
    redis.call('HINCRBY', KEYS[2], 'dead', aside)
  end
  if lost > 0 then
    redis.call('HINCRBY', KEYS[2], 'vanished', lost)
  end
  if f[2] == '1' then
    for _, one in ipairs(dropped) do
      release(keys, one.id, now)
    end
  end
end
redis.pcall('PUBLISH', KEYS[2], '')
return {aside, unpack(results)}
