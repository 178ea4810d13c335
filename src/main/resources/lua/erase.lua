-- Removes a partition's log at one moment, with what goes with it. What comes afterwards is of another life.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   then what goes with them
-- ARGV  1 prefix of the slices
-- Result  how many keys there were
--
-- Works on a full Redis: its only write is one that is never refused. Whoever follows the log hears of it. What is large is freed
-- in the background.
local gone = {unpack(KEYS)}
local slices = redis.pcall('HGET', KEYS[2], 'slices')
for slice in string.gmatch(type(slices) == 'string' and slices or '', '%d+') do
  gone[#gone + 1] = ARGV[1] .. slice
end
local count = redis.call('UNLINK', unpack(gone))
redis.pcall('PUBLISH', KEYS[1], '')
return count
