-- Delivers dead letters of a group again, as if for the first time. Each stays a dead letter until it is acknowledged.
--
-- KEYS  1 the group (hash)   2 leases (sorted set)   3 parked (sorted set)   4 busy (hash)   5 flight (hash)
--       6 dead letters (stream)
-- ARGV  1 the group's name   then the places of letters, at most 256
-- Result  how many are delivered again: not those that are gone, of another, or on their way already
-- Errors  UNKNOWN  there is no such group; nothing is written then
-- include time
-- include group
local keys = {leases = KEYS[2], parked = KEYS[3], busy = KEYS[4], flight = KEYS[5], dead = KEYS[6]}
local f = redis.call('HMGET', KEYS[1], 'id', 'ordered', 'max-deliveries', 'greatest')
if not f[1] then
  return redis.error_reply('UNKNOWN there is no group ' .. ARGV[1])
end
local greatest = greatest_number(f[3], f[4])

local function is_under_way(id)
  local names = {}
  for n = 0, greatest do
    for _, mark in ipairs({'', '~', '#'}) do
      names[#names + 1] = id .. ':' .. n .. mark
    end
  end
  for _, score in ipairs(redis.call('ZMSCORE', keys.leases, unpack(names))) do
    if score then
      return true
    end
  end
  return false
end

local ready = {}
for i = 2, #ARGV do
  local id = '!' .. ARGV[i]
  local letter = redis.call('XRANGE', keys.dead, ARGV[i], ARGV[i])[1]
  if letter and letter[2][1] == 'group' and letter[2][2] == ARGV[1] and not is_under_way(id) then
    local key = f[2] == '1' and key_of({unpack(letter[2], ENVELOPE + 1)})
    if not key or not redis.call('ZSCORE', keys.parked, parked_member(key, id)) then
      ready[#ready + 1] = {id = id, key = key}
    end
  end
end
local now = string.format('%.0f', milliseconds())
for _, one in ipairs(ready) do
  if one.key and redis.call('HSETNX', keys.busy, one.key, one.id) == 0 then
    redis.call('ZADD', keys.parked, 0, parked_member(one.key, one.id))
  else
    if one.key then
      redis.call('HSET', keys.flight, one.id, one.key)
    end
    redis.call('ZADD', keys.leases, now, one.id .. ':0~')
  end
end
if #ready > 0 then
  redis.pcall('PUBLISH', KEYS[1], '')
end
return #ready
