-- Takes heartbeats of members: who is not there joins, whose metadata is another is updated, of all others the deadline moves and
-- nothing is told.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the deadlines (sorted set)
-- ARGV  1 prefix of the slices   2 a random string, for a new life   3 prefix of the rooms' members (hashes)
--       4 prefix of the rooms' names (sorted sets)   5 the most members of a room   6 1 if events may be appended, else 0
--       then for each heartbeat, of members that differ: room, member, ttl in milliseconds, metadata as JSON or an empty string
--       for what it was, and `asked` if a request or a new connection says so, `kept` if a connection still speaks for the member
-- Result  the first of all deadlines if it is of one of these members, else an empty string; then for each: joined, updated or
--         kept, with since, deadline and metadata; left if the member left since its connection began, and is not to come back
--         by that; full if the room has no place, refused if events may not be appended
-- Errors  WRONGTYPE if a key is something else, OOM on a full Redis if somebody joins or is updated; nothing is written then
--
-- Works on a full Redis where no event comes of it: its first write is one that is never refused. Else it is one that is.
-- A member past its deadline is timed out first, and then joins.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include presence
local events, log, due, members, names, most = KEYS[1], KEYS[2], KEYS[3], ARGV[3], ARGV[4], tonumber(ARGV[5])
local ASKED = 'asked'

local f = redis.call('HMGET', log, 'life', 'last')
-- Where nothing is told the whole state is not read: but members of a lost log are not kept by it.
local lost = f[2] and f[2] ~= '0-0' and redis.call('EXISTS', events) == 0
local life = not lost and f[1]
local now = milliseconds()
local called, beats, sizes, news = {}, {}, {}, false
for at = 7, #ARGV, 5 do
  called[#called + 1] = ARGV[at] .. '/' .. ARGV[at + 1]
end
local deadlines = redis.call('ZMSCORE', due, unpack(called))
for n, name in ipairs(called) do
  local at = 2 + 5 * n
  local room, member = ARGV[at], ARGV[at + 1]
  local known = read_member(redis.call('HGET', members .. room, member), deadlines[n], life)
  local beat = {
    name = name, room = room, member = member, data = ARGV[at + 3], deadline = now + tonumber(ARGV[at + 2]), what = 'kept',
    known = known,
  }
  beats[n] = beat
  local alive = known and known.deadline > now
  if alive and known.left and ARGV[at + 4] ~= ASKED then
    beat.what = 'left'
  elseif not alive or known.left then
    sizes[room] = sizes[room] or redis.call('ZCARD', names .. room)
    local size = sizes[room] + (redis.call('ZSCORE', names .. room, member) and 0 or 1)
    if size > most then
      beat.what = 'full'
    else
      beat.what, sizes[room] = 'joined', size
    end
    beat.late = known and not known.left
  elseif beat.data ~= '' and beat.data ~= known.data then
    beat.what = 'updated'
  end
  if beat.what == 'joined' or beat.what == 'updated' then
    if ARGV[6] == '1' then
      news = true
    else
      beat.what = 'refused'
    end
  end
end

local state
if news then
  state = read_log(events, log)
  begin_log(events, ARGV[1], log, state, ARGV[2])
else
  redis.call('HDEL', log, '')
end
-- A life that nobody had noticed yet has no members.
local anew = news and state.life ~= life
local result, written, moved = {''}, {}, {}
for _, beat in ipairs(beats) do
  if beat.what ~= 'full' and beat.what ~= 'refused' then
    moved[#moved + 1] = string.format('%.0f', beat.deadline)
    moved[#moved + 1] = beat.name
    written[beat.name] = true
  end
end
if #moved > 0 then
  redis.call('ZADD', due, unpack(moved))
end
for n, beat in ipairs(beats) do
  local room, member, known = beat.room, beat.member, beat.known
  if anew and (beat.what == 'updated' or beat.what == 'kept') then
    beat.what = 'joined'
  end
  local since, data = now, beat.data
  if beat.what == 'kept' or beat.what == 'updated' then
    since, data = known.since, data == '' and known.data or data
  elseif data == '' then
    data = 'null'
  end
  if beat.what == 'joined' or beat.what == 'updated' then
    redis.call('HSET', members .. room, member, string.format('%.0f', since) .. ':' .. state.life .. ':' .. data)
    if beat.what == 'joined' then
      redis.call('ZADD', names .. room, 0, member)
    end
    if beat.late and not anew then
      tell(events, state, 'timed-out', room, member, known, now)
    end
    tell(events, state, beat.what, room, member, {since = since, deadline = beat.deadline, data = data}, now)
  end
  result[n + 1] = {beat.what, string.format('%.0f', since), string.format('%.0f', beat.deadline), data}
end
if news then
  told(events, log, state)
end
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
if written[first[1]] then
  result[1] = first[2]
end
return result
