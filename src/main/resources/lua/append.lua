-- Appends events to a partition, each once within the dedup window.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)
-- ARGV  1 prefix of the slices of the dedup window   2 a random string, for a new life
--       3 the dedup window in milliseconds   then for each event: 16-byte digest of (source, id), number of
--       arguments that follow, and these: field, value, ...
-- Result  life, present term as number:bits:start, then for each event its id and 1 if it was there already, else 0
-- Errors  WRONGTYPE if KEYS 1 is something else, OOM on a full Redis; nothing is written then
--
-- A digest is looked up in the present slice and the one before. A slice begins when the one before is as old as
-- the window, so that every digest is found for at least the window after it was written, and never more than two
-- slices live. What another hand than retention removed is not there any more. The clock is Redis's, and never behind
-- the log's last id. Whoever follows the log hears of it on the channel of its name.
-- include ids
-- include log
local events, log, seen, window = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[3])

local digests, from, to = {}, {}, {}
local at = 4
while at <= #ARGV do
  local n = #digests + 1
  digests[n] = ARGV[at]
  from[n] = at + 2
  to[n] = at + 1 + tonumber(ARGV[at + 1])
  at = to[n] + 1
end

local state = read_log(events, log)
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

local known = redis.call('HMGET', seen .. present, unpack(digests))
local known_before = {}
if before ~= '' then
  known_before = redis.call('HMGET', seen .. before, unpack(digests))
end
if state.lost then
  known, known_before = {}, {}
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

begin_log(events, seen, log, state, ARGV[2])
local result = {state.life, string.match(state.terms, '[^,]+$')}
local fresh, mine, last = {}, {}, state.last
for n = 1, #digests do
  local id = known[n] or mine[digests[n]]
  result[#result + 1] = id or ''
  result[#result + 1] = id and 1 or 0
  if not id then
    last = redis.call('XADD', events, '*', unpack(ARGV, from[n], to[n]))
    mine[digests[n]] = last
    fresh[#fresh + 1] = digests[n]
    fresh[#fresh + 1] = last
    result[#result - 1] = last
  end
end
if #fresh > 0 then
  redis.call('HSET', seen .. present, unpack(fresh))
  redis.call('HSET', log, 'last', last, 'slices', before == '' and present or present .. ',' .. before,
    'appended', string.format('%.0f', state.appended + #fresh / 2))
  if stale and stale ~= '' then
    redis.call('UNLINK', seen .. stale)
  end
  -- Not heard is told late; a user who may not publish must not fail here, half-way.
  redis.pcall('PUBLISH', events, '')
end
return result
