-- What a pull group knows of one partition of its stream.
--
-- The group's hash has its settings, `id` (random, of this existence of the group), the log's `life`, `delivered` (the
-- last position that was read of the log), `count` (events of the log up to there, for the lag; absent while it is not known)
-- `expected` and `greatest` (see below), and what was counted. An event that was read and is not done with is in one of two
-- sorted sets:
--
--   leases   by the millisecond at which it may be delivered (again): `<id>:<n>` is out with a consumer, for the n-th
--            time; `<id>:<n>~` is with nobody, after n deliveries; `<id>:<n>#` is being set aside
--   parked   of an ordered group, by name: `<key>\0<padded id>` waits until the event before it, of the same key, is done
--
-- So a delivery is named by its event and its number, and what is said of one that is not there is stale. An ordered
-- group also has `busy` (hash: key to the id that is in leases) and `flight` (hash: that id to its key). The id of a
-- dead letter that is delivered again is that of its place among the dead letters, with a `!` before it.
--
-- The pending list of the consumer group is kept the same, for those who look at Redis, and decides nothing. What is with no
-- consumer is listed under the name `(waiting)`. Needs time.

local WAITING = '(waiting)'

local MOST_ARGUMENTS = 998

-- Of a dead letter. Lua unpacks no more than some 8,000; an entry of more is of another hand.
local MOST_OF_LETTER = 7000

-- What max-deliveries is at most.
local MOST_DELIVERIES = 100

-- Up to which number a delivery may be found: one that was out when max-deliveries was lowered keeps the number that it
-- has. `greatest` is the most that max-deliveries ever was; a group that was made before this was noted may have had any.
local function greatest_number(max_deliveries, greatest)
  return math.max(tonumber(max_deliveries), tonumber(greatest or MOST_DELIVERIES))
end

-- The id, the number and the mark of a member of leases.
local function parse_lease(member)
  local id, n, mark = string.match(member, '^(!?%d+%-%d+):(%d+)([~#]?)$')
  return id, tonumber(n), mark
end

local function is_letter(id)
  return string.sub(id, 1, 1) == '!'
end

-- The fields of an event in the log, or of a dead letter behind its envelope; nil if it is gone.
local ENVELOPE = 8
local function read_event(events, dead, id)
  if not is_letter(id) then
    local found = redis.call('XRANGE', events, id, id)[1]
    return found and found[2]
  end
  local place = string.sub(id, 2)
  local found = redis.call('XRANGE', dead, place, place)[1]
  return found and {unpack(found[2], ENVELOPE + 1)}
end

-- The key of an event: partitionkey, else subject, else id.
local function key_of(fields)
  local key, subject, id
  for i = 1, #fields, 2 do
    local name = fields[i]
    if name == 'partitionkey' then
      key = fields[i + 1]
    elseif name == 'subject' then
      subject = fields[i + 1]
    elseif name == 'id' then
      id = fields[i + 1]
    end
  end
  return key or subject or id or ''
end

-- Letters come before all events, and events in the order of their ids, whose numbers have up to 20 digits.
local DIGITS = 20
local PADDED = 1 + 2 * DIGITS
local function parked_member(key, id)
  local mark, ms, seq = string.match(id, '^(!?)(%d+)%-(%d+)$')
  return key .. '\0' .. (mark == '' and '1' or '0') .. string.rep('0', DIGITS - #ms) .. ms
    .. string.rep('0', DIGITS - #seq) .. seq
end

local function parked_id(member)
  local padded = string.sub(member, -PADDED)
  local function plain(digits)
    local short = string.match(digits, '^0*(%d+)$')
    return short
  end
  return (string.sub(padded, 1, 1) == '0' and '!' or '') .. plain(string.sub(padded, 2, 1 + DIGITS)) .. '-'
    .. plain(string.sub(padded, 2 + DIGITS))
end

-- When an event may be delivered that nobody got: at once, and in the order of the log, before what is due since. What is due at
-- the same time goes by its text, in which 10 comes before 2; so the time is the event's own, with its number within the millisecond
-- as a part of one. Scores have room for so many parts until the year 2109.
local PARTS = 2048
local function due_as_new(id, now)
  local ms, seq = string.match(id, '^!?(%d+)%-(%d+)$')
  return string.format('%.11f', math.min(now, tonumber(ms) + math.min(tonumber(seq), PARTS - 1) / PARTS))
end

-- Of an ordered group: an event is done with, so that the next one of its key may go. Tells whether one does.
local function release(keys, id, now)
  local key = redis.call('HGET', keys.flight, id)
  if not key then
    return false
  end
  redis.call('HDEL', keys.flight, id)
  local from = key .. '\0'
  local head = redis.call('ZRANGEBYLEX', keys.parked, '[' .. from, '(' .. key .. '\1', 'LIMIT', 0, 1)[1]
  if not head or #head ~= #from + PADDED then
    redis.call('HDEL', keys.busy, key)
    return false
  end
  local following = parked_id(head)
  redis.call('ZREM', keys.parked, head)
  redis.call('HSET', keys.busy, key, following)
  redis.call('HSET', keys.flight, following, key)
  redis.call('ZADD', keys.leases, due_as_new(following, now), following .. ':0~')
  return true
end

-- What the names of deliveries say: for each its id and number.
local function parse_leases(members)
  local parsed = {}
  for i, member in ipairs(members) do
    local id, n = parse_lease(member)
    parsed[i] = {id = id, n = n, member = member}
  end
  return parsed
end

-- Instances whose pulls wait look at the leases at `expected`, if not before. An earlier deadline is noted, and told to them, so
-- that a lease that one instance gave out is known to all; once for many leases, since a later one is found when it is looked.
-- Returns what is expected then, in the past if nothing is.
local function expect(group, expected, deadline, now)
  expected = tonumber(expected or '0')
  if not deadline or deadline <= now or (expected > now and expected <= deadline) then
    return expected
  end
  redis.call('HSET', group, 'expected', string.format('%.0f', deadline))
  redis.pcall('PUBLISH', group, '')
  return deadline
end

-- The same of those that stand, each once; false for the others.
local function find_leases(leases, members)
  local found, seen = parse_leases(members), {}
  local scores = redis.call('ZMSCORE', leases, unpack(members))
  for i, member in ipairs(members) do
    found[i] = scores[i] and not seen[member] and found[i]
    seen[member] = true
  end
  return found
end

-- Takes deliveries off the pending list and out of the leases. Begins with a write that is never refused.
local function settle(keys, group, done)
  local ids, members, letters = {}, {}, {}
  for _, one in ipairs(done) do
    members[#members + 1] = one.member
    if not is_letter(one.id) then
      ids[#ids + 1] = one.id
    end
  end
  if #ids > 0 then
    redis.call('XACK', keys.events, 'group.' .. group, unpack(ids))
  end
  redis.call('ZREM', keys.leases, unpack(members))
end

-- Sets an event aside. One that is a dead letter already stays one, with the reason why it failed again.
local function set_aside(keys, group, one, fields, reason)
  if is_letter(one.id) then
    redis.call('HSET', keys.failed, string.sub(one.id, 2), reason)
    return
  end
  local letter = {'group', group, 'deliveries', one.n, 'reason', reason, 'position', one.id}
  for i = 1, math.min(#fields, MOST_OF_LETTER) do
    letter[#letter + 1] = fields[i]
  end
  redis.call('XADD', keys.dead, '*', unpack(letter))
end

-- Lists entries of the log, which were delivered n times, as being with nobody.
local function hand_to_nobody(events, group, ids, n)
  for from = 1, #ids, MOST_ARGUMENTS do
    local some = {unpack(ids, from, math.min(from + MOST_ARGUMENTS - 1, #ids))}
    local last = #some
    some[last + 1], some[last + 2], some[last + 3], some[last + 4] = 'RETRYCOUNT', n, 'FORCE', 'JUSTID'
    redis.call('XCLAIM', events, 'group.' .. group, WAITING, 0, unpack(some))
  end
end
