-- Appends events to a partition, each once within the dedup window; and commits with them what a view makes of them.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)
--       with a commit also   3 the generation's state (hash)   4 its index (sorted set)   5 its changes (stream)
--       6 dead letters (stream)
-- ARGV  1 prefix of the slices of the dedup window   2 a random string, for a new life
--       3 the dedup window in milliseconds   4 number of events, and for each: 16-byte digest of (source, id), number of
--       arguments that follow, and these: field, value, ...
--       then, if who appends has subscribed to both channels of the log: over how many connections
--       then with a commit the arguments of commit.lua, without positions
-- Result  life, present term as number:bits:start, then for each event its id and 1 if it was there already, else 0;
--         where nobody but who appends follows, so that nothing was published: what was trimmed, the last id before the first
--         event that was not there, how many were ever appended, the clock in milliseconds;
--         last with a commit a list: the result of commit.lua, or the error. It is MOVED if some of the events were there already
-- Errors  WRONGTYPE if KEYS 1 is something else, OOM on a full Redis; nothing is written then
--
-- Whatever becomes of the commit, the events are appended.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include told
-- include append
-- include fence
-- include letters
-- include commit
local events, log, seen, window = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[3])

local digests, from, to = {}, {}, {}
local at = 5
for n = 1, tonumber(ARGV[4]) do
  digests[n] = ARGV[at]
  from[n] = at + 2
  to[n] = at + 1 + tonumber(ARGV[at + 1])
  at = to[n] + 1
end

local state = read_log(events, log)
local found = find_digests(events, seen, window, state, digests)
begin_log(events, seen, log, state, ARGV[2])
local ids, repeated, news, facts = append_new(events, log, seen, state, found, digests, function(n)
  return unpack(ARGV, from[n], to[n])
end, tonumber(ARGV[at]), KEYS[5])
local fresh = 0
for n = 1, #ids do
  fresh = repeated[n] and fresh or fresh + 1
end
if fresh == 0 then
  write_again(log, state)
end
local result = {state.life, last_term(state.terms)}
for n = 1, #ids do
  result[#result + 1] = ids[n]
  result[#result + 1] = repeated[n] and 1 or 0
end
for _, one in ipairs(news or {}) do
  result[#result + 1] = one
end
if KEYS[7] then
  local done = {err = 'MOVED some of the events were there already'}
  if facts then
    done = commit(events, log, 2, at, ids, nil, facts)
  end
  result[#result + 1] = done.err and {done.err} or done
end
return result
