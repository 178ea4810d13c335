-- Tells the state of logs of partitions, all at one moment; notices new lives and terms, and what another hand
-- removed or appended.
--
-- KEYS  for each: the log (stream), what is known of it (hash)
-- ARGV  1 a random string, from which new lives are named   then for each the prefix of its slices
-- Result  for each: life, terms (joined by commas), trimmed, last, appended, the clock in milliseconds
-- Errors  WRONGTYPE if one of the logs is something else; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
local states = {}
for i = 1, #KEYS / 2 do
  states[i] = read_log(KEYS[2 * i - 1], KEYS[2 * i])
end
local ms = string.format('%.0f', milliseconds())
local result = {}
for i, state in ipairs(states) do
  if state.news then
    redis.call('HDEL', KEYS[2 * i], '')
    begin_log(KEYS[2 * i - 1], ARGV[1 + i], KEYS[2 * i], state, ARGV[1] .. i)
  end
  result[i] = {state.life, state.terms, state.trimmed, state.last, state.appended, ms}
end
return result
