-- Committing what a batch of events made of a view's entries: all of it, or nothing.
--
-- One of the first writes marks up to where it goes, and removes the mark of the commit before: so acquire.lua knows of a
-- part of a commit that Redis left out after it was killed, and brought back later (see part/log.lua).
-- Its first write, XACK, is one that is never refused. XACK is no guard: it ignores who holds an entry. At most 256 events: no call
-- has more than 1,000 arguments but those of an entry's fields, which go in steps.
--
-- Whoever follows the changes hears of new ones on the channel of their name, and may be told what they are on another (`:told`).
-- Needs ids, master, terms, time, fence, told, letters.

local STEP = 998

-- Old changes are looked for whenever so many keys more have changed, and about so many are read at a time.
local KEYS_BETWEEN_LOOKS, KEYS_READ = 32, 16

-- Removes the oldest changes: those of before `oldest`, and those that make more than `most` keys. To look for them with each commit
-- would be a tenth of it, so there may be up to KEYS_BETWEEN_LOOKS keys too many; where `most` is little, each looks, and none are.
-- Not much more is removed at once than twice what may have come since the last look.
-- `kept`  how many keys are in all of them   `added`  how many of these are new
-- Returns how many are left, and the last change that was removed, if one was.
local function trim_changes(changes, kept, added, oldest, most)
  local is_few = most <= KEYS_BETWEEN_LOOKS ^ 2
  if not is_few and math.floor(kept / KEYS_BETWEEN_LOOKS) == math.floor((kept - added) / KEYS_BETWEEN_LOOKS) then
    return kept
  end
  local step = is_few and 1 or math.max(1, math.floor(KEYS_READ / added))
  local least, trimmed = kept - 2 * (added + KEYS_BETWEEN_LOOKS), nil
  while kept > least do
    local found = redis.call('XRANGE', changes, '-', '+', 'COUNT', step)
    local removed = 0
    for _, change in ipairs(found) do
      if kept <= most and tonumber(string.match(change[1], '^%d+')) >= oldest then
        break
      end
      removed, trimmed = removed + 1, change[1]
      kept = kept - #change[2] / 2
    end
    if removed > 0 then
      -- XDEL would look for each of them, behind all that were removed before.
      redis.call('XTRIM', changes, 'MINID', '=', after(trimmed))
    end
    if removed < step then
      break
    end
  end
  return kept, trimmed
end

-- Tells those who want it what changed and what it is now, if somebody does and it is not much: `news` is the change, life, term,
-- what was trimmed and the change before it; behind it for each key what became of it and its fields. Packed one behind the other.
local function tell_changes(changes, entries, changed, news)
  local parts, bytes = {}, 0
  for i = 1, #changed, 2 do
    local fields = changed[i + 1] == '-' and {} or redis.call('HGETALL', entries .. changed[i])
    parts[#parts + 1] = cmsgpack.pack(changed[i], changed[i + 1], fields)
    bytes = bytes + #parts[#parts]
    if bytes > MOST_TOLD_BYTES then
      return
    end
  end
  redis.pcall('PUBLISH', changes .. ':told', cmsgpack.pack(unpack(news)) .. table.concat(parts))
end

-- Commits the events at `ids`, or else the request; the result and the errors are those of commit.lua.
--
-- `k`  how many keys come before the generation's state, its index, its changes and the dead letters
-- `a`  how many arguments come before those of commit.lua, of which the positions are passed over: `ids` are in their place
-- `facts`  what is known since the events were appended just now: `log`, what is asked of it here; `clock`, the time in milliseconds;
--       `behind`, the position that they are known to stand next to, and `changes_told`, `changes_named`, who listens, or nil
local function commit(events, log, k, a, ids, request, facts)
  local view, index, changes, dead = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  local group, from, entries, count = ARGV[a + 3], ARGV[a + 4], ARGV[a + 5], #ids
  local f = redis.call('HMGET', view, 'fence', 'applied', 'count', 'change-keys', 'lone', 'life', 'changes-trimmed',
    'newest-change')
  local l = facts and facts.log or redis.call('HMGET', log, 'life', 'last', 'appended', 'reign', 'terms')
  -- check fence
  if is_fenced(f[1], ARGV[a + 1], l[1], ARGV[a + 2]) then
    return redis.error_reply('FENCED the right to commit is gone')
  end
  -- check applied
  if f[2] ~= from then
    return redis.error_reply('MOVED applied is ' .. tostring(f[2]))
  end
  -- check gap
  if count > 0 and not (facts and facts.behind == from) then
    local first = redis.call('XRANGE', events, '(' .. from, '+', 'COUNT', 1)[1]
    if not first or first[1] ~= ids[1] then
      return redis.error_reply('GAP the log goes on with ' .. (first and first[1] or 'nothing'))
    end
  end
  -- check request
  if request and (redis.call('LINDEX', KEYS[k + 6], 0) ~= request.asked
      or (request.letter ~= '' and #redis.call('XRANGE', dead, request.letter, request.letter) == 0)) then
    return redis.error_reply('MOVED the request was executed')
  end
  -- checked

  local last = count > 0 and ids[count] or from

  local function write()
    if count > 0 then
      redis.call('XACK', events, group, unpack(ids))
      redis.call('HDEL', view, 'begun:' .. from)
      redis.call('HSET', view, 'begun:' .. last, 1)
      if ARGV[a + 9] == '1' then
        -- Without a group there is nothing to move: whoever takes the lease anew makes it at `applied`.
        redis.pcall('XGROUP', 'SETID', events, group, last)
      end
    else
      redis.call('HDEL', view, '')
      redis.call('HSET', view, 'replaying', 1)
    end
    if count > 0 and f[5] then
      redis.call('HDEL', view, 'lone', 'lone-attempts')
    end
    local at = a + 12 + ARGV[a + 11]
    local changed, made, deleted = {}, {}, {}
    for _ = 1, tonumber(ARGV[at]) do
      local key, what, sets = ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
      local entry = entries .. key
      at = at + 3
      for from = at + 1, at + sets, STEP do
        redis.call('HSET', entry, unpack(ARGV, from, math.min(from + STEP - 1, at + sets)))
      end
      at = at + sets + 1
      local removed = tonumber(ARGV[at])
      for from = at + 1, at + removed, STEP do
        redis.call('HDEL', entry, unpack(ARGV, from, math.min(from + STEP - 1, at + removed)))
      end
      at = at + removed
      changed[#changed + 1] = key
      changed[#changed + 1] = what
      if what == '+' then
        made[#made + 1] = 0
        made[#made + 1] = key
      elseif what == '-' then
        redis.call('UNLINK', entry)
        deleted[#deleted + 1] = key
      end
    end
    if #made > 0 then
      redis.call('ZADD', index, unpack(made))
    end
    if #deleted > 0 then
      redis.call('ZREM', index, unpack(deleted))
    end

    local letters = append_letters(dead, at + 1)

    local state, answer = {'applied', last}, {}
    if #changed > 0 then
      local oldest = (facts and facts.clock or milliseconds()) - tonumber(ARGV[a + 6])
      local told, named
      if #changed <= 2 * MOST_TOLD and f[6] == l[1] then
        if facts and facts.changes_told then
          told, named = facts.changes_told, facts.changes_named
        else
          told, named = count_listeners(changes)
        end
      end
      local is_told = told and told > 0
      -- Whoever takes the lease forgets which it is, since who held it before may not have noted it.
      local previous = f[8] or is_told and (redis.call('XREVRANGE', changes, '+', '-', 'COUNT', 1)[1] or {})[1]
      local newest = redis.call('XADD', changes, '*', unpack(changed))
      local added = #changed / 2
      local kept, trimmed = trim_changes(changes, tonumber(f[4] or '0') + added, added, oldest, tonumber(ARGV[a + 7]))
      local term = l[4] or last_term(l[5])
      local trimmed_to = trimmed or f[7] or '0-0'
      previous = previous or '0-0'
      if is_told and told == tonumber(ARGV[a + 10]) and named == told then
        answer = {newest, term, trimmed_to, previous}
      else
        if is_told then
          tell_changes(changes, entries, changed, {newest, f[6], term, trimmed_to, previous})
        end
        redis.pcall('PUBLISH', changes, newest)
      end
      state[#state + 1] = 'change-keys'
      state[#state + 1] = string.format('%.0f', kept)
      state[#state + 1] = 'newest-change'
      state[#state + 1] = newest
      if trimmed then
        state[#state + 1] = 'changes-trimmed'
        state[#state + 1] = trimmed
      end
    end
    local total = tonumber(f[3]) + count
    if count > 0 and last == l[2] then
      total = tonumber(l[3])
    end
    state[#state + 1] = 'count'
    state[#state + 1] = string.format('%.0f', total)
    redis.call('HSET', view, unpack(state))
    if ARGV[a + 8] ~= '0' then
      redis.call('HINCRBY', view, 'skipped', ARGV[a + 8])
    end
    if letters > 0 then
      redis.call('HINCRBY', view, 'dead', letters)
    end
    if request then
      if request.next == '' then
        redis.call('LPOP', KEYS[k + 6])
      else
        redis.call('LSET', KEYS[k + 6], 0, request.next)
      end
      if request.letter ~= '' and request.why ~= '' then
        redis.call('HSET', KEYS[k + 5], request.letter, request.why)
      elseif request.letter ~= '' then
        redis.call('XDEL', dead, request.letter)
        redis.call('HDEL', KEYS[k + 5], request.letter)
        if tonumber(redis.call('HGET', view, 'dead') or '0') > 0 then
          redis.call('HINCRBY', view, 'dead', -1)
        end
      end
      redis.call('HDEL', view, 'replaying')
    end
    return {tonumber(l[3]), total, unpack(answer)}
  end

  local done, result = pcall(write)
  if done then
    return result
  end
  local why = type(result) == 'table' and result.err or tostring(result)
  redis.call('HSET', view, 'broken', why)
  return redis.error_reply('BROKEN ' .. why)
end
