-- Delivers events of a partition to consumers of a group: first those whose lease ran out, or whose time after they were
-- given back has come, then new ones, in the log's order.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the group (hash)   4 leases (sorted set)
--       5 parked (sorted set)   6 busy (hash)   7 flight (hash)   8 dead letters (stream)
-- ARGV  1 the group's name   2 how many may be parked   3 what is to be read at once, in bytes
--       then for each pull: consumer, events wanted, lease in milliseconds or 0 for the group's own
-- Result  the group's id, its filter, 1 if there may be more now, milliseconds until it is to be looked again, or -1,
--         events that were removed from the log before they were done,
--         those delivered too often, which are to be set aside within a moment: for each id, number, fields
--         then for each pull, for each event: id, number of the delivery, fields
-- Errors  UNKNOWN  there is no such group
--         LOST     the group's consumer group is gone, or the log has another life: see group-restore.lua
--         With both nothing is written.
--
-- At most 256 events in all. Each is read of the log once, whatever becomes of it: one that must wait for another of its
-- key is parked, and when so many are parked, nothing is read until some are done. Works on a full Redis: its first write is
-- one that is never refused.
-- include time
-- include group
local keys = {events = KEYS[1], leases = KEYS[4], parked = KEYS[5], busy = KEYS[6], flight = KEYS[7], dead = KEYS[8]}
local events, leases, name = keys.events, keys.leases, ARGV[1]
local group = 'group.' .. name
local most_parked, most_bytes = tonumber(ARGV[2]), tonumber(ARGV[3])
local FIRST_READ = 16
local MOST_READ = 1024
-- For whoever sets it aside.
local A_MOMENT = 10000

local f = redis.call('HMGET', KEYS[3], 'id', 'life', 'max-deliveries', 'ordered', 'lease', 'filter', 'delivered', 'count',
  'expected')
local l = redis.call('HMGET', KEYS[2], 'life', 'last', 'appended')
if not f[1] then
  return redis.error_reply('UNKNOWN there is no group ' .. name)
end
local known = l[1] == f[2] and redis.pcall('XPENDING', events, group, '-', '+', 1)
if not known or known.err then
  return redis.error_reply('LOST ' .. (known and known.err or 'the log has another life'))
end
local most_deliveries, ordered, filter = tonumber(f[3]), f[4] == '1', f[6] or ''
local now = milliseconds()
local total = 0
for i = 5, #ARGV, 3 do
  total = total + tonumber(ARGV[i])
end
-- checked

redis.call('HDEL', KEYS[3], '')
local bytes, read, lost, more, waked = 0, 0, 0, false, false
local exhausted = {}
local due = redis.call('ZRANGEBYSCORE', leases, '-inf', string.format('%.0f', now), 'LIMIT', 0, total)
more = total > 0 and #due == total
local next_due = 1
local delivered, count = f[7], tonumber(f[8])
local at_end = false

local function size_of(fields)
  local size = 0
  for _, part in ipairs(fields) do
    size = size + #part
  end
  return size
end

-- One whose lease ran out, or that waited; nil if it is not to be delivered to this consumer.
local function deliver_due(member, consumer, deadline)
  local id, n, mark = parse_lease(member)
  local fields = read_event(events, keys.dead, id)
  if not fields then
    lost = lost + 1
    settle(keys, name, {{id = id, member = member}})
    waked = ordered and release(keys, id, now) or waked
    return nil
  end
  redis.call('ZREM', leases, member)
  if n >= most_deliveries then
    redis.call('ZADD', leases, string.format('%.0f', now + A_MOMENT), id .. ':' .. n .. '#')
    exhausted[#exhausted + 1] = {id, n, fields}
    return nil
  end
  n = n + 1
  redis.call('ZADD', leases, deadline, id .. ':' .. n)
  if not is_letter(id) then
    redis.call('XCLAIM', events, group, consumer, 0, id, 'RETRYCOUNT', n, 'FORCE', 'JUSTID')
  end
  bytes = bytes + size_of(fields)
  return {id, n, fields}
end

-- Reads new ones: a few, to see how large they are, and then as many as should fit.
local function read_new(consumer, wanted)
  local function ask(n)
    local reply = n > 0 and redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', n, 'STREAMS', events, '>')
    local entries = reply and reply[1][2] or {}
    at_end = at_end or (n > 0 and #entries < n)
    return entries
  end
  local entries = ask(math.min(wanted, FIRST_READ))
  if #entries == 0 then
    return entries
  end
  local size = 0
  for _, entry in ipairs(entries) do
    size = size + size_of(entry[2])
  end
  bytes = bytes + size
  if #entries == FIRST_READ and wanted > FIRST_READ then
    local fitting = math.floor((most_bytes - bytes) / math.max(1, size / #entries))
    local rest = math.min(wanted - #entries, fitting)
    if rest > 0 then
      for _, entry in ipairs(ask(rest)) do
        entries[#entries + 1] = entry
      end
      bytes = bytes + size / FIRST_READ * (#entries - FIRST_READ)
    end
  end
  read = read + #entries
  delivered = entries[#entries][1]
  if count then
    count = count + #entries
  end
  return entries
end

local parked = ordered and redis.call('ZCARD', keys.parked) or 0

-- Parks those whose key is busy; the others are in flight from now on.
local function admit(entries)
  local key_names, free, park, waiting, busy, flight = {}, {}, {}, {}, {}, {}
  for i, entry in ipairs(entries) do
    key_names[i] = key_of(entry[2])
  end
  local taken, mine = {}, {}
  -- check busy
  taken = redis.call('HMGET', keys.busy, unpack(key_names))
  -- checked
  for i, entry in ipairs(entries) do
    local key = key_names[i]
    if taken[i] or mine[key] then
      park[#park + 1] = 0
      park[#park + 1] = parked_member(key, entry[1])
      waiting[#waiting + 1] = entry[1]
    else
      mine[key] = true
      busy[#busy + 1] = key
      busy[#busy + 1] = entry[1]
      flight[#flight + 1] = entry[1]
      flight[#flight + 1] = key
      free[#free + 1] = entry
    end
  end
  if #free > 0 then
    redis.call('HSET', keys.flight, unpack(flight))
    redis.call('HSET', keys.busy, unpack(busy))
  end
  if #park > 0 then
    redis.call('ZADD', keys.parked, unpack(park))
    hand_to_nobody(events, name, waiting, 0)
    parked = parked + #waiting
  end
  return free
end

local answers = {}
for i = 4, #ARGV, 3 do
  local consumer, wanted, lease = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local deadline = string.format('%.0f', now + (lease > 0 and lease or tonumber(f[5])))
  local messages = {}
  while #messages < wanted and next_due <= #due and bytes < most_bytes do
    messages[#messages + 1] = deliver_due(due[next_due], consumer, deadline)
    next_due = next_due + 1
  end
  while #messages < wanted and not at_end and bytes < most_bytes and read < MOST_READ and parked < most_parked do
    local entries = read_new(consumer, wanted - #messages)
    if ordered and #entries > 0 then
      entries = admit(entries)
    end
    local added = {}
    for _, entry in ipairs(entries) do
      messages[#messages + 1] = {entry[1], 1, entry[2]}
      added[#added + 1] = deadline
      added[#added + 1] = entry[1] .. ':1'
    end
    if #added > 0 then
      redis.call('ZADD', leases, unpack(added))
    end
  end
  answers[#answers + 1] = messages
end

if delivered == l[2] then
  count = tonumber(l[3])
end
if read > 0 or lost > 0 or tostring(count) ~= tostring(tonumber(f[8])) then
  redis.call('HSET', KEYS[3], 'delivered', delivered, 'count', count and string.format('%.0f', count) or '')
end
if lost > 0 then
  redis.call('HINCRBY', KEYS[3], 'vanished', lost)
end
local first = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')
local left = #first == 0 and -1 or math.max(0, math.ceil(tonumber(first[2]) - now))
local expected = expect(KEYS[3], f[9], tonumber(first[2]), now)
if expected > now and (left < 0 or expected - now < left) then
  left = expected - now
end
more = more or next_due <= #due or waked or (not at_end and parked < most_parked)
return {f[1], filter, more and 1 or 0, left, lost, exhausted, unpack(answers)}
