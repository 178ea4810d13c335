-- Times out the members whose deadline has come, some at once: takes each out of its room and tells it, in one script, so that
-- it is told once whoever asks, and whoever dies.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the deadlines (sorted set)
-- ARGV  1 prefix of the slices   2 a random string, for a new life   3 prefix of the rooms' members (hashes)
--       4 prefix of the rooms' names (sorted sets)   5 the most that are looked at   6 the most bytes of metadata told
-- Result  how many were told, by how many milliseconds the first of them was late, the first deadline that is left or an empty
--         string
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include presence
local events, log, due, members, names = KEYS[1], KEYS[2], KEYS[3], ARGV[3], ARGV[4]

local now = milliseconds()
local found = redis.call('ZRANGEBYSCORE', due, '-inf', string.format('%.0f', now), 'WITHSCORES', 'LIMIT', 0, ARGV[5])
local gone, keys, checked, some, lateness = {}, {}, {}, 0, 0
if #found > 0 then
  local state = read_log(events, log)
  local bytes = 0
  for at = 1, #found, 2 do
    local room, member = string.match(found[at], '^([^/]*)/?(.*)$')
    local value = redis.call('HGET', members .. room, member)
    checked[room] = checked[room] or redis.call('ZCARD', names .. room) -- fails if it is something else
    bytes = bytes + #(value or '')
    if #gone > 0 and bytes > tonumber(ARGV[6]) then
      break
    end
    keys[#keys + 1] = found[at]
    gone[#gone + 1] = {
      room = room, member = member,
      known = not state.lost and read_member(value, found[at + 1], state.life),
    }
  end
  redis.call('HDEL', log, '')
  begin_log(events, ARGV[1], log, state, ARGV[2])
  redis.call('ZREM', due, unpack(keys))
  for _, one in ipairs(gone) do
    redis.call('HDEL', members .. one.room, one.member)
    redis.call('ZREM', names .. one.room, one.member)
    if one.known and not one.known.left then
      some = some + 1
      lateness = math.max(lateness, now - one.known.deadline)
      tell(events, state, 'timed-out', one.room, one.member, one.known, now)
    end
  end
  if some > 0 then
    told(events, log, state)
  end
end
return {some, lateness, redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2] or ''}
