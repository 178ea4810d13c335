-- Removes the entries of an earlier life, a step at a time; after the last step the generation begins anew.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the generation's state (hash)   4 its index (sorted set)
--       5 its changes (stream)
-- ARGV  1 the fence   2 prefix of the entries   3 how many at once
-- Result  1 if there is more to do
-- Errors  FENCED if the fence is not mine, or the log was removed since it was given; nothing is written then
-- include ids
-- include view
-- include terms
-- include entries
local events, log, view, index, changes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
if redis.call('HGET', view, 'fence') ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
local l = redis.call('HMGET', log, 'life', 'appended', 'trimmed')
if not l[1] then
  return redis.error_reply('FENCED the log was removed')
end
if remove_entries(index, ARGV[2], ARGV[3]) then
  return 1
end
begin_view(view, changes, events, l[1], l[2], l[3])
return 0
