-- Reads one scheduled event.
--
-- KEYS  1 what is due, and when (sorted set)   2 the events (hash)
-- ARGV  1 the event's name
-- Result  its deadline, {field, value, ...}; nil if there is no such event
local deadline = redis.call('ZSCORE', KEYS[1], ARGV[1])
local text = deadline and redis.call('HGET', KEYS[2], ARGV[1])
if not text then
  return false
end
local fields = cmsgpack.unpack(text)
table.remove(fields, 1)
return {deadline, fields}
