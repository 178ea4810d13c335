-- Tells the state of a partition's log; notices a new life or term, and
-- what another hand removed.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)
-- ARGV  1 prefix of the slices   2 a random string, for a new life
-- Result  life, terms (joined by commas), trimmed, last, appended, the clock in milliseconds
-- Errors  WRONGTYPE if KEYS 1 is something else; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include log
local state = read_log(KEYS[1], KEYS[2])
if state.news then
  redis.call('HDEL', KEYS[2], '')
  begin_log(ARGV[1], KEYS[2], state, ARGV[2])
end
local now = redis.call('TIME')
return {state.life, state.terms, state.trimmed, state.last, state.appended,
  string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000))}
