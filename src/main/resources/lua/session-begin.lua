-- Keeps a token for a browser. Of one caller at most so many sessions: those that end first end now. Since it is told of each
-- for some time that it ended, one caller begins at most so many in that time.
--
-- KEYS  1 the session (string)   2 the caller's sessions by their ends (sorted set)   3 sessions that ended (stream)
--       4 how many sessions the caller began of late (string)
-- ARGV  1 what is kept   2 for how many milliseconds   3 the session's digest   4 the most sessions of a caller
--       5 what the name of each session begins with   6 for how many milliseconds ended ones are told
--       7 the most that a caller begins in that time
-- Result  0; or in how many milliseconds the caller may begin another, and then nothing was kept
--
-- Its first write is refused on a full Redis.
-- include time
-- include secret
if tonumber(redis.call('GET', KEYS[4]) or '0') >= tonumber(ARGV[7]) then
  return math.max(1, redis.call('PTTL', KEYS[4]))
end
local gone = keep(KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
if redis.call('INCR', KEYS[4]) == 1 then
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
end
local ended = {}
for _, name in ipairs(gone) do
  if redis.call('DEL', ARGV[5] .. name) == 1 then
    ended[#ended + 1] = name
  end
end
if #ended > 0 then
  tell_ended(KEYS[3], ended, tonumber(ARGV[6]))
end
return 0
