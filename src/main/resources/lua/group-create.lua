-- Makes a group of a partition, or gives one that there is other settings, which leaves it where it is.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the group (hash)   4 leases (sorted set)
--       5 parked (sorted set)   6 busy (hash)   7 flight (hash)   8 the partition's groups (set)
-- ARGV  1 the group's name   2 prefix of the slices   3 a random string, for a new life   4 another, the group's id
--       5 the position behind which it begins   6 the life that this is of   7 1 if ordered, else 0
--       then field, value, ... of the settings
-- Result  2 if it was made, 1 if it was changed, 0 if it was like this already, -1 if it exists with another order
-- Errors  MOVED  the log has another life than the position; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include group
-- include group-begin
local keys = {events = KEYS[1], group = KEYS[3], leases = KEYS[4], parked = KEYS[5], busy = KEYS[6], flight = KEYS[7]}
local name, settings = ARGV[1], {unpack(ARGV, 8)}
local names, max_deliveries = {}, nil
for i = 1, #settings, 2 do
  names[#names + 1] = settings[i]
  max_deliveries = settings[i] == 'max-deliveries' and settings[i + 1] or max_deliveries
end
local f = redis.call('HMGET', keys.group, 'id', 'ordered', 'max-deliveries', 'greatest')
if f[1] then
  if f[2] ~= ARGV[7] then
    return -1
  end
  local changed = 0
  for i, value in ipairs(redis.call('HMGET', keys.group, unpack(names))) do
    changed = value == settings[2 * i] and changed or 1
  end
  if changed == 1 then
    redis.call('HDEL', keys.group, '')
    redis.call('HSET', keys.group, 'greatest', math.max(greatest_number(f[3], f[4]), tonumber(max_deliveries)),
      unpack(settings))
  end
  return changed
end
local state = read_log(KEYS[1], KEYS[2])
if state.lost or state.life ~= ARGV[6] then
  return redis.error_reply('MOVED the log has another life')
end
redis.call('HDEL', keys.group, '')
begin_log(KEYS[1], ARGV[2], KEYS[2], state, ARGV[3])
begin_group(keys, name, ARGV[4], ARGV[5], state)
redis.call('HSET', keys.group, 'ordered', ARGV[7], 'greatest', max_deliveries, unpack(settings))
redis.call('SADD', KEYS[8], name)
return 2
