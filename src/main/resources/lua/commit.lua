-- Commits what a batch of events made of a view's entries: all of it, or nothing.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the generation's state (hash)   4 its index (sorted set)
--       5 its changes (stream)   6 dead letters (stream)
--       with a request to the holder also   7 why letters failed again (hash)   8 the requests (list)
-- ARGV  1 fence   2 life   3 group   4 the position that was folded from   5 prefix of the entries
--       6 how long changes are kept, in milliseconds   7 how many changed keys are kept   8 events skipped
--       9 1 if the group was not given the events, and is to be moved behind them, else 0
--       10 over how many connections who commits has subscribed to both channels of the changes
--       11 number of events, and the position of each, in order and without a gap
--       then number of entries, and for each: key, what became of it (+ made, = changed, - deleted),
--       number of arguments and field, value, ..., number of fields removed and their names
--       then number of dead letters, and for each: number of arguments and field, value, ...
--       with a request, whose number of events is 0, also the request, what takes its place or empty, the dead letter
--       that it is about or empty, and why that one stays or empty if it goes
-- Result  how many events were ever appended to the log, and how many of them are applied now;
--         where nobody but who commits follows the changes, so that nothing was published: the change, the present term, what was
--         trimmed, and the change before it or 0-0
-- Errors  FENCED  the fence is not mine any more, or Redis has another master or the log another life
--         MOVED   `applied` is not the position that was folded from; or the request is not the first one, or its
--                 letter is gone
--         GAP     the first log entry beyond `applied` is not the batch's first
--         BROKEN  a write failed, and those before it stand: the generation is marked and must be rebuilt
--         With all but BROKEN nothing is written.
--
-- Works on a full Redis. How it is done: part/commit.lua.
-- include ids
-- include master
-- include time
-- include fence
-- include told
-- include letters
-- include terms
-- include commit
local ids, request = {unpack(ARGV, 12, 11 + tonumber(ARGV[11]))}, nil
if #KEYS > 7 then
  request = {asked = ARGV[#ARGV - 3], next = ARGV[#ARGV - 2], letter = ARGV[#ARGV - 1], why = ARGV[#ARGV]}
end
return commit(KEYS[1], KEYS[2], 2, 0, ids, request)
