-- Keeps a token for a browser. Of one caller at most so many sessions: those that end first end now.
--
-- KEYS  1 the session (string)   2 the caller's sessions by their ends (sorted set)   3 sessions that ended (stream)
-- ARGV  1 what is kept   2 for how many milliseconds   3 the session's digest   4 the most sessions of a caller
--       5 what the name of each session begins with   6 for how many milliseconds ended ones are told
-- Result  1
--
-- Its first write is refused on a full Redis.
-- include time
-- include secret
local gone = keep(KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
if #gone > 0 then
  for _, name in ipairs(gone) do
    redis.call('DEL', ARGV[5] .. name)
  end
  tell_ended(KEYS[3], gone, tonumber(ARGV[6]))
end
return 1
