-- Puts a group right whose consumer group is gone, or whose log has another life. In the same life it goes on where it was,
-- with all its deliveries; in a new one it begins at the beginning, since it has seen nothing of it.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the group (hash)   4 leases (sorted set)
--       5 parked (sorted set)   6 busy (hash)   7 flight (hash)
-- ARGV  1 the group's name   2 prefix of the slices   3 a random string, for a new life   4 another, for the group's id in a
--       new life
-- Result  1 if it was put right, 0 if there was nothing to do
-- Errors  UNKNOWN  there is no such group; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused. Takes time in proportion to what is pending.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include group
-- include group-begin
local keys = {events = KEYS[1], group = KEYS[3], leases = KEYS[4], parked = KEYS[5], busy = KEYS[6], flight = KEYS[7]}
local name = ARGV[1]
local f = redis.call('HMGET', keys.group, 'id', 'life', 'delivered')
if not f[1] then
  return redis.error_reply('UNKNOWN there is no group ' .. name)
end
local state = read_log(KEYS[1], KEYS[2])
if not state.lost and state.life == f[2]
    and not redis.pcall('XPENDING', keys.events, 'group.' .. name, '-', '+', 1).err then
  return 0
end

redis.call('HDEL', keys.group, '')
begin_log(KEYS[1], ARGV[2], KEYS[2], state, ARGV[3])
if state.life ~= f[2] then
  begin_group(keys, name, ARGV[4], '0-0', state)
  return 1
end
redis.call('XGROUP', 'CREATE', keys.events, 'group.' .. name, is_after(f[3], state.last) and state.last or f[3], 'MKSTREAM')
local by_count = {}
for _, member in ipairs(redis.call('ZRANGE', keys.leases, 0, -1)) do
  local id, n = parse_lease(member)
  if not is_letter(id) then
    by_count[n] = by_count[n] or {}
    table.insert(by_count[n], id)
  end
end
by_count[0] = by_count[0] or {}
for _, member in ipairs(redis.call('ZRANGE', keys.parked, 0, -1)) do
  local id = parked_id(member)
  if not is_letter(id) then
    table.insert(by_count[0], id)
  end
end
for n, ids in pairs(by_count) do
  hand_to_nobody(keys.events, name, ids, n)
end
redis.pcall('PUBLISH', keys.group, '')
return 1
