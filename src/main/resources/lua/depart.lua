-- Takes a member out of its room, and tells that it left.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the deadlines (sorted set)   4 the room's members (hash)
--       5 the room's names (sorted set)
-- ARGV  1 prefix of the slices   2 a random string, for a new life   3 room   4 member
-- Result  1 if it was there, else 0
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused. Until its deadline the member is remembered as one that
-- left, so that a connection that still speaks for it does not bring it back. One past its deadline is timed out instead.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include presence
local events, log, due, members, names, room, member = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[3], ARGV[4]

local now = milliseconds()
local state = read_log(events, log)
local deadline = redis.call('ZSCORE', due, room .. '/' .. member)
local known = not state.lost and read_member(redis.call('HGET', members, member), deadline, state.life)
if not known or known.left then
  return 0
end
local late = known.deadline <= now
redis.call('ZREM', names, member)
begin_log(events, ARGV[1], log, state, ARGV[2])
if late then
  redis.call('HDEL', members, member)
  redis.call('ZREM', due, room .. '/' .. member)
else
  redis.call('HSET', members, member, 'left:' .. state.life .. ':')
end
tell(events, state, late and 'timed-out' or 'left', room, member, known, now)
told(events, log, state)
return late and 0 or 1
