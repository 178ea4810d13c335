-- The state of a partition's log, and the beginning of its lives and terms.
--
-- A log is lost when its hash is gone, or when something was appended and its stream is gone: then a new life
-- begins. A master is another when INFO's replication id differs from the one noted: then a new term begins.
-- The last 64 terms are kept, as `number:bits:start`, where start is the last id when the term began. `reign` is the last
-- of them that began with a master.
--
-- `trimmed` is the last id removed from the beginning, `removed` how many were in all. What another hand removed (XTRIM,
-- XDEL) shows in the length; then all before the first entry that is left counts as trimmed. If entries may be gone from
-- between those that are left, a term begins as well, with the last id of which that is so behind its start:
-- `number:bits:start:gap`. Who read in a term before it and stands before the gap missed something; who reads in it did not.
-- Redis 7 says which id was the last to be deleted. Of an older one nothing is known but that it is not behind the log's last.
-- What another hand appended (XADD) shows there too; it counts as appended, and the last entry is the log's last.
--
-- A Redis that was killed in the midst of writing a script's effects to its append-only file leaves them out when it starts,
-- but leaves their beginning in the file, and the start after that executes it. Entries of an append that was never
-- acknowledged, and mostly was tried again since, then stand in the log: phantoms. They were not there when the term that ended
-- began, and have ids between its start and the clock at that moment, `began`, as nothing that was appended in it has.
-- They are removed before anything is told in the new term. See decision 010.
-- Needs ids, master, terms, time.

local MAX_TERMS = 64

local MOST_REMOVED = 1000

-- The phantoms among entries that nobody noted: all that are of before the present term, if they are as many as `surplus`.
-- If not, a clock was set back, or another hand appended as well: then none can be told from others.
local function find_phantoms(events, reign, began, surplus)
  local start = string.match(reign, '([^:]+)$')
  if tonumber(string.match(start, '^%d+')) >= tonumber(began) then
    return {}
  end
  local upto = string.format('%.0f', began - 1)
  local found = redis.call('XRANGE', events, '(' .. start, upto, 'COUNT', surplus + 1)
  local ids = {}
  for n, entry in ipairs(found) do
    ids[n] = entry[1]
  end
  return #ids == surplus and ids or {}
end

-- The last id that may have been deleted.
local function last_deleted(events, last)
  local info = redis.call('XINFO', 'STREAM', events)
  for i = 1, #info, 2 do
    if info[i] == 'max-deleted-entry-id' then
      return info[i + 1]
    end
  end
  return last
end

local function read_log(events, log)
  local f = redis.call('HMGET', log, 'life', 'replid', 'terms', 'last', 'trimmed', 'appended', 'slices', 'removed',
    'began', 'reign')
  local state = {
    life = f[1], replid = f[2], terms = f[3], last = f[4] or '0-0', trimmed = f[5] or '0-0',
    appended = f[6] or '0', slices = f[7] or '', removed = f[8] or '0', here = here(),
    reign = f[10] or f[3] and last_term(f[3]), gap = false,
    phantoms = {},
  }
  local length = redis.call('XLEN', events) -- fails if it is something else
  local exists = length > 0 or redis.call('EXISTS', events) == 1
  state.lost = not state.life or (not exists and state.last ~= '0-0')
  state.found = {last = '0-0', length = 0}
  if state.lost and exists then
    local info = redis.call('XINFO', 'STREAM', events)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then
        state.found.last = info[i + 1]
      elseif info[i] == 'length' then
        state.found.length = info[i + 1]
      end
    end
  end
  local missing = state.lost and 0 or state.appended - state.removed - length
  if missing < 0 and state.replid ~= state.here and f[9] then
    state.phantoms = find_phantoms(events, state.reign, f[9], -missing)
    missing = missing + #state.phantoms
  end
  if missing > 0 then
    local first = redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1]
    local upto = first and before(first[1]) or state.last
    state.trimmed = is_after(upto, state.trimmed) and upto or state.trimmed
    state.removed = string.format('%.0f', state.removed + missing)
    local deleted = first and last_deleted(events, state.last)
    state.gap = deleted and is_after(deleted, state.trimmed) and deleted
  elseif missing < 0 then
    local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1][1]
    state.last = is_after(newest, state.last) and newest or state.last
    state.appended = string.format('%.0f', state.appended - missing)
  end
  state.news = state.lost or state.replid ~= state.here or missing ~= 0
  return state
end

-- Writes what read_log found to be new; `life` is a random string for a new life.
local function begin_log(events, seen, log, state, life)
  if not state.news then
    return
  end
  if state.lost then
    for slice in string.gmatch(state.slices, '%d+') do
      redis.call('UNLINK', seen .. slice)
    end
    state.life, state.terms, state.gap = life, false, false
    state.last, state.appended = state.found.last, tostring(state.found.length)
    state.trimmed, state.removed, state.slices = '0-0', '0', ''
  end
  local reigns = state.lost or state.replid ~= state.here
  if reigns or state.gap then
    local terms = {}
    for term in string.gmatch(state.terms or '', '[^,]+') do
      terms[#terms + 1] = term
    end
    local number = 1
    if #terms > 0 then
      number = tonumber(string.match(terms[#terms], '^%d+')) + 1
    end
    local term = number .. ':' .. string.sub(state.here, 1, 4) .. ':' .. state.last
    terms[#terms + 1] = state.gap and term .. ':' .. state.gap or term
    state.terms = table.concat(terms, ',', math.max(1, #terms - MAX_TERMS + 1))
    state.reign = reigns and term or state.reign
  end
  if reigns then
    state.replid = state.here
    redis.call('HSET', log, 'began', string.format('%.0f', milliseconds()))
  end
  redis.call('HSET', log, 'life', state.life, 'replid', state.replid, 'terms', state.terms, 'reign', state.reign, 'last', state.last,
    'trimmed', state.trimmed, 'removed', state.removed, 'appended', state.appended, 'slices', state.slices)
  for from = 1, #state.phantoms, MOST_REMOVED do
    redis.call('XDEL', events, unpack(state.phantoms, from, math.min(from + MOST_REMOVED - 1, #state.phantoms)))
  end
end
