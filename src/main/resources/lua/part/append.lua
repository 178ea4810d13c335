-- Appending to a partition's log, each event once within the dedup window.
--
-- A digest is looked up in the present slice and the one before. A slice begins when the one before is as old as
-- the window, so that every digest is found for at least the window after it was written, and never more than two
-- slices live. What another hand than retention removed is not there any more. The clock is Redis's, and never behind
-- the log's last id. Whoever follows the log hears of it on the channel of its name, and may be told what it is on another
-- (`:told`), so that nothing has to be read. Where that is nobody but who appends, the answer says it, and nothing is published.
-- Needs ids, terms, time, log, told. To be called in the order in which they stand here, the first before anything is written.

-- The slices of now, and for each digest the id of the entry that has it, or false.
local function find_digests(events, seen, window, state, digests)
  local clock = milliseconds()
  local slices = state.lost and '' or state.slices
  local ms = math.max(clock, state.lost and 0 or tonumber(string.match(state.last, '^%d+')))
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
  return {known = known, present = present, before = before, stale = stale, clock = clock}
end

-- Tells those who want it what was appended, if somebody does and it is not much: life, term and what was trimmed, the last id
-- before it, how many were ever appended, the clock, then for each event its id and fields; packed one behind the other. Nothing
-- is told if another hand's entries stand in between. To be called when all is written, so nothing may fail here.
-- `follows`: over how many connections who appends follows the log, too; nil if it does not. If nobody else does, this returns what
-- has to be added to the answer for it to know what is told. What it finds out that a commit wants to know, too, goes into `facts`:
-- who listens to `changes`, those of the view whose commit follows, if one does; and the position behind which nothing stands in between.
local function tell(events, state, facts, appended, ids, fresh, fields, follows, changes)
  if #fresh > MOST_TOLD then
    return
  end
  local told, named
  told, named, facts.changes_told, facts.changes_named = count_listeners(events, changes)
  if not told or told == 0 then
    return
  end
  local function is_next()
    local others = redis.pcall('XRANGE', events, '(' .. state.last, '(' .. ids[fresh[1]], 'COUNT', 1)
    local alone = not others.err and #others == 0
    facts.behind = alone and state.last
    return alone
  end
  local clock = string.format('%.0f', facts.clock)
  if follows and told == follows and named == follows then
    return is_next() and {state.trimmed, state.last, appended, clock} or nil
  end
  local parts, bytes = {}, 0
  for i, n in ipairs(fresh) do
    local values, least = {fields(n)}, bytes
    -- What is packed is no shorter than what it is packed of: what is far too much is not packed to be thrown away.
    for _, value in ipairs(values) do
      least = least + #value
      if least > MOST_TOLD_BYTES then
        return
      end
    end
    parts[i] = cmsgpack.pack(ids[n], values)
    bytes = bytes + #parts[i]
    if bytes > MOST_TOLD_BYTES then
      return
    end
  end
  if is_next() then
    redis.pcall('PUBLISH', events .. ':told', cmsgpack.pack(state.life, last_term(state.terms), state.trimmed, state.last,
      appended, clock) .. table.concat(parts))
  end
end

-- Appends the events that are not there: `fields(n)` is field, value, ... of the n-th. Returns the id of each, and for each
-- whether it was there before; what tell returns; and if all are new what part/commit.lua need not ask again. `state` must have
-- been begun. `changes`: those of the view whose commit follows, if one does.
local function append_new(events, log, seen, state, found, digests, fields, follows, changes)
  local ids, repeated, fresh, noted, mine, last, news, facts = {}, {}, {}, {}, {}, state.last, nil, nil
  for n = 1, #digests do
    local id = found.known[n] or mine[digests[n]]
    repeated[n] = id and true or false
    if not id then
      last = redis.call('XADD', events, '*', fields(n))
      id = last
      mine[digests[n]] = last
      fresh[#fresh + 1] = n
      noted[#noted + 1] = digests[n]
      noted[#noted + 1] = last
    end
    ids[n] = id
  end
  if #fresh > 0 then
    local appended = string.format('%.0f', state.appended + #fresh)
    redis.call('HSET', seen .. found.present, unpack(noted))
    redis.call('HSET', log, 'last', last, 'slices',
      found.before == '' and found.present or found.present .. ',' .. found.before,
      'appended', appended)
    if found.stale and found.stale ~= '' then
      redis.call('UNLINK', seen .. found.stale)
    end
    facts = {clock = found.clock, log = {state.life, last, appended, state.reign, state.terms}}
    news = tell(events, state, facts, appended, ids, fresh, fields, follows, changes)
    if not news then
      -- Not heard is told late; a user who may not publish must not fail here, half-way.
      redis.pcall('PUBLISH', events, last)
    end
  end
  return ids, repeated, news, #fresh == #ids and facts
end

-- Writes what is there already, where a script had nothing to write and is to be waited for all the same: servers since Redis 8 and
-- Valkey 8 have WAIT wait for what its own connection has written, and what was there before may have come over another one.
local function write_again(log, state)
  redis.call('HSET', log, 'life', state.life)
end
