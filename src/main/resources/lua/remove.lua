-- Removes a generation that nobody works, a step at a time. The state goes first: who begins the generation anew in the
-- meantime finds nothing applied, and clears the entries that are left by itself.
--
-- KEYS  1 the log (stream)   2 the generation's state (hash)   3 its lease (string)   4 its index (sorted set)
--       5 its changes (stream)   6 requests to its holder (list)
-- ARGV  1 prefix of the entries   2 how many at once   3 the group   4 1 with the first step, else 0
-- Result  0 if nothing is left   1 if there is more to do   2 if someone began it anew: it is not removed
-- include terms
-- include entries
local events, view, index = KEYS[1], KEYS[2], KEYS[4]
if ARGV[4] == '1' then
  redis.call('UNLINK', view, KEYS[3], KEYS[5], KEYS[6])
elseif redis.call('EXISTS', view) == 1 then
  return 2
end
if remove_entries(index, ARGV[1], ARGV[2]) then
  return 1
end
if redis.call('EXISTS', events) == 1 then
  redis.call('XGROUP', 'DESTROY', events, ARGV[3])
end
return 0
