-- Looks over a group's pending list, a step at a time, and puts right what a Redis that was killed in the midst of a write,
-- or another hand, left behind: what was read and is neither leased nor parked may be delivered now; a key whose event is not in
-- flight is free again. Removes consumers that hold nothing and have not pulled for a while.
--
-- KEYS  1 the log (stream)   2 the group (hash)   3 leases (sorted set)   4 parked (sorted set)   5 busy (hash)
--       6 flight (hash)   7 dead letters (stream)
-- ARGV  1 the group's name   2 the pending entry to go on behind, or 0-0   3 after how many milliseconds a consumer that holds
--       nothing goes
-- Result  the last pending entry looked at, or 0-0 at the end; how many were put right
--
-- At the end of a round all keys in flight are looked at, too: there are as many as events are leased.
-- include time
-- include group
local keys = {events = KEYS[1], leases = KEYS[3], parked = KEYS[4], busy = KEYS[5], flight = KEYS[6], dead = KEYS[7]}
local name = ARGV[1]
local group = 'group.' .. name
local STEP = 256
local f = redis.call('HMGET', KEYS[2], 'id', 'ordered', 'max-deliveries', 'greatest')
local some = f[1] and redis.call('EXISTS', keys.events) == 1
  and redis.pcall('XPENDING', keys.events, group, ARGV[2] == '0-0' and '-' or '(' .. ARGV[2], '+', STEP)
if not some or some.err then
  return {'0-0', 0}
end
local most, greatest = tonumber(f[3]), greatest_number(f[3], f[4])

local function is_leased(id, n)
  local names = {}
  for _, mark in ipairs({'', '~', '#'}) do
    names[#names + 1] = id .. ':' .. n .. mark
  end
  for _, score in ipairs(redis.call('ZMSCORE', keys.leases, unpack(names))) do
    if score then
      return true
    end
  end
  return false
end

local function is_leased_at_all(id, n)
  if n and is_leased(id, n) then
    return true
  end
  for other = 0, greatest do
    if is_leased(id, other) then
      return true
    end
  end
  return false
end

local now, mended = milliseconds(), 0
redis.call('HDEL', KEYS[2], '')

local function make_due(id, n)
  redis.call('ZADD', keys.leases, string.format('%.0f', now), id .. ':' .. n .. '~')
  mended = mended + 1
end

for _, pending in ipairs(some) do
  local id, n = pending[1], math.min(pending[4], most)
  if not is_leased_at_all(id, pending[4]) then
    local fields = f[2] == '1' and read_event(keys.events, keys.dead, id)
    if not fields then
      -- That one is gone is found when it is delivered. One that may be parked, whose key nobody knows any more, waits for that.
      if f[2] ~= '1' or pending[2] ~= WAITING or redis.call('ZCARD', keys.parked) == 0 then
        make_due(id, n)
      end
    else
      local key = key_of(fields)
      local holder = redis.call('HGET', keys.busy, key)
      if not holder or holder == id then
        redis.call('HSET', keys.flight, id, key)
        redis.call('HSET', keys.busy, key, id)
        redis.call('ZREM', keys.parked, parked_member(key, id))
        make_due(id, n)
      elseif redis.call('ZADD', keys.parked, 0, parked_member(key, id)) == 1 then
        mended = mended + 1
      end
    end
  end
end
if #some == STEP then
  return {some[STEP][1], mended}
end

local flights = redis.call('HGETALL', keys.flight)
for i = 1, #flights, 2 do
  if not is_leased_at_all(flights[i]) then
    mended = mended + 1
    release(keys, flights[i], now)
  end
end
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', keys.events, group)) do
  local of = {}
  for i = 1, #info, 2 do
    of[info[i]] = info[i + 1]
  end
  if of.pending == 0 and of.idle > tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', keys.events, group, of.name)
  end
end
if mended > 0 then
  redis.pcall('PUBLISH', KEYS[2], '')
end
return {'0-0', mended}
