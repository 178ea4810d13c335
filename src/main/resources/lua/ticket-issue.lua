-- Keeps what a ticket is for. Of one caller at most so many: the oldest go.
--
-- KEYS  1 the ticket (string)   2 the caller's tickets by their ends (sorted set)
-- ARGV  1 what is kept   2 for how many milliseconds   3 the ticket's digest   4 the most tickets of a caller
--       5 what the name of each ticket begins with
-- Result  1
--
-- Its first write is refused on a full Redis.
-- include time
-- include secret
local gone = keep(KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
for _, name in ipairs(gone) do
  redis.call('DEL', ARGV[5] .. name)
end
return 1
