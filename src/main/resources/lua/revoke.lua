-- Takes tokens back: one by its id, or all of a subject that were made by now. Forgets what has stood as long as any may.
--
-- KEYS  1 what was taken back (stream)
-- ARGV  1 token or subject   2 its id or name   3 when they have expired anyhow, in milliseconds; empty for the longest
--       4 for how many milliseconds any may stand   5 how many may stand
-- Result  1; 0 if there are too many
--
-- Works on a full Redis: its first write is one that is never refused.
-- include time
local now = milliseconds()
local latest = now + ARGV[4]
local till = math.min(tonumber(ARGV[3]) or latest, latest)
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', now - ARGV[4]))
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[5]) then
  return 0
end
redis.call('XADD', KEYS[1], '*', ARGV[1], ARGV[2], 'before', string.format('%.0f', math.floor(now / 1000)), 'until', string.format('%.0f', till))
-- Not heard is found out later; a user who may not publish must not fail here, half-way.
redis.pcall('PUBLISH', KEYS[1], '')
return 1
