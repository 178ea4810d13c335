-- Appends events to a partition, each once within the dedup window.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)
-- ARGV  1 prefix of the slices of the dedup window   2 a random string, for a new life
--       3 the dedup window in milliseconds   then for each event: 16-byte digest of (source, id), number of
--       arguments that follow, and these: field, value, ...
--       and last, with nothing behind it, if who appends has subscribed to both channels of the log: over how many connections
-- Result  life, present term as number:bits:start, then for each event its id and 1 if it was there already, else 0;
--         where nobody but who appends follows, so that nothing was published: what was trimmed, the last id before the first
--         event that was not there, how many were ever appended, the clock in milliseconds
-- Errors  WRONGTYPE if KEYS 1 is something else, OOM on a full Redis; nothing is written then
-- include ids
-- include log
-- include told
-- include append
local events, log, seen, window = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[3])

local digests, from, to = {}, {}, {}
local at = 4
while at < #ARGV do
  local n = #digests + 1
  digests[n] = ARGV[at]
  from[n] = at + 2
  to[n] = at + 1 + tonumber(ARGV[at + 1])
  at = to[n] + 1
end

local state = read_log(events, log)
local found = find_digests(events, seen, window, state, digests)
begin_log(events, seen, log, state, ARGV[2])
local ids, repeated, news = append_new(events, log, seen, state, found, digests, function(n)
  return unpack(ARGV, from[n], to[n])
end, tonumber(ARGV[at]))
local fresh = false
for n = 1, #ids do
  fresh = fresh or not repeated[n]
end
if not fresh then
  write_again(log, state)
end
local result = {state.life, string.match(state.terms, '[^,]+$')}
for n = 1, #ids do
  result[#result + 1] = ids[n]
  result[#result + 1] = repeated[n] and 1 or 0
end
for _, one in ipairs(news or {}) do
  result[#result + 1] = one
end
return result
