-- Appending to a partition's log, each event once within the dedup window.
--
-- A digest is looked up in the present slice and the one before. A slice begins when the one before is as old as
-- the window, so that every digest is found for at least the window after it was written, and never more than two
-- slices live. What another hand than retention removed is not there any more. The clock is Redis's, and never behind
-- the log's last id. Whoever follows the log hears of it on the channel of its name.
-- Needs ids, log. To be called in the order in which they stand here, the first before anything is written.

-- The slices of now, and for each digest the id of the entry that has it, or false.
local function find_digests(events, seen, window, state, digests)
  local now = redis.call('TIME')
  local ms = now[1] * 1000 + math.floor(now[2] / 1000)
  local slices = state.lost and '' or state.slices
  ms = math.max(ms, state.lost and 0 or tonumber(string.match(state.last, '^%d+')))
  local present, before = string.match(slices, '^(%d+),?(%d*)$')
  local stale
  if not present then
    present, before = string.format('%.0f', ms), ''
  elseif ms - tonumber(present) >= window then
    stale, before, present = before, present, string.format('%.0f', ms)
  end

  local known, known_before = {}, {}
  if #digests > 0 and not state.lost then
    known = redis.call('HMGET', seen .. present, unpack(digests))
    if before ~= '' then
      known_before = redis.call('HMGET', seen .. before, unpack(digests))
    end
  end

  -- A phantom's digest may have come with it.
  local function is_there(id)
    if not is_after(id, state.trimmed) then
      return true
    end
    for _, phantom in ipairs(state.phantoms) do
      if id == phantom then
        return false
      end
    end
    return #redis.call('XRANGE', events, id, id) > 0
  end

  for n = 1, #digests do
    local id = known[n] or known_before[n]
    known[n] = id and is_there(id) and id
  end
  return {known = known, present = present, before = before, stale = stale}
end

-- Appends the events that are not there: `fields(n)` is field, value, ... of the n-th. Returns the id of each, and for each
-- whether it was there before. `state` must have been begun.
local function append_new(events, log, seen, state, found, digests, fields)
  local ids, repeated, fresh, mine, last = {}, {}, {}, {}, state.last
  for n = 1, #digests do
    local id = found.known[n] or mine[digests[n]]
    repeated[n] = id and true or false
    if not id then
      last = redis.call('XADD', events, '*', fields(n))
      id = last
      mine[digests[n]] = last
      fresh[#fresh + 1] = digests[n]
      fresh[#fresh + 1] = last
    end
    ids[n] = id
  end
  if #fresh > 0 then
    redis.call('HSET', seen .. found.present, unpack(fresh))
    redis.call('HSET', log, 'last', last, 'slices',
      found.before == '' and found.present or found.present .. ',' .. found.before,
      'appended', string.format('%.0f', state.appended + #fresh / 2))
    if found.stale and found.stale ~= '' then
      redis.call('UNLINK', seen .. found.stale)
    end
    -- Not heard is told late; a user who may not publish must not fail here, half-way.
    redis.pcall('PUBLISH', events, last)
  end
  return ids, repeated
end

-- Writes what is there already, where a script had nothing to write and is to be waited for all the same: servers since Redis 8 and
-- Valkey 8 have WAIT wait for what its own connection has written, and what was there before may have come over another one.
local function write_again(log, state)
  redis.call('HSET', log, 'life', state.life)
end
