-- The members of a partition's rooms, and the events that tell of them.
--
-- A member is a field of its room's hash, `<since>:<life>:<metadata>`: present since then (milliseconds), in that life of the log,
-- with that JSON. `left:<life>:` is one that has left and that a connection may still speak for. Members of another life of the
-- log are not there: nothing in this one says that they came. The names of those present are a sorted set of the room, by name;
-- the deadlines of all rooms, by `room/member`, one of the partition. Who is past its deadline is not present any more, whether
-- that was told yet or not: so the clock alone decides, and not who comes first. Needs time.

-- Days since 1970 as a date. The calendar: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms.
local function date(days)
  local floor = math.floor
  local shifted = days + 719468
  local era = floor(shifted / 146097)
  local doe = shifted - era * 146097
  local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
  local mp = floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  return string.format('%04d-%02d-%02dT', yoe + era * 400 + (month <= 2 and 1 or 0), month, doy - floor((153 * mp + 2) / 5) + 1)
end

-- Milliseconds since 1970 as RFC 3339 has them, in UTC. A script that tells of many names few days.
local dates = {}
local function rfc3339(ms)
  local floor = math.floor
  local days = floor(ms / 86400000)
  local left = ms - days * 86400000
  dates[days] = dates[days] or date(days)
  return dates[days] .. string.format('%02d:%02d:%02d.%03dZ', floor(left / 3600000), floor(left / 60000) % 60,
    floor(left / 1000) % 60, left % 1000)
end

-- What is known of a member in this life of the log; nil if nothing is.
local function read_member(value, deadline, life)
  if not value then
    return nil
  end
  local since, of, data = string.match(value, '^(%w+):(%w*):(.*)$')
  if of ~= life then
    return nil
  end
  return {since = tonumber(since), left = since == 'left', data = data, deadline = tonumber(deadline or '0')}
end

-- Appends an event of a member. `state` is what read_log found, after begin_log.
local function tell(events, state, kind, room, member, of, now)
  state.appended = state.appended + 1
  local number = string.format('%.0f', state.appended)
  state.term = state.term or string.match(last_term(state.terms), '^%d+')
  state.last = redis.call('XADD', events, '*', 'specversion', '1.0', 'id', state.life .. '-' .. state.term .. '-' .. number,
    'source', '/presence', 'type', 'presence.' .. kind, 'subject', room .. '/' .. member, 'time', rfc3339(now),
    'datacontenttype', 'application/json', 'partitionkey', room,
    'data', '{"since":"' .. rfc3339(of.since) .. '","deadline":"' .. rfc3339(of.deadline) .. '","data":' .. of.data .. '}')
end

-- Notes what tell appended, and says that there is something new.
local function told(events, log, state)
  redis.call('HSET', log, 'last', state.last, 'appended', string.format('%.0f', state.appended))
  -- Not heard is told late; a user who may not publish must not fail here, half-way.
  redis.pcall('PUBLISH', events, state.last)
end
