-- Reads scheduled events of a partition in the order of their deadlines.
--
-- KEYS  1 what is due, and when (sorted set)   2 the events (hash)
-- ARGV  1 the deadline and 2 the name behind which to begin   3 the most events   4 the most bytes of them, of which one event
--       may be more
-- Result  1 if more follow, else 0; then for each event: name, deadline, {field, value, ...}
local due, bodies, after, name = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local most, most_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])

-- Those of the same deadline are in the order of their names: the rank of the first one behind is found by halving.
local low = redis.call('ZCOUNT', due, '-inf', '(' .. after)
local high = redis.call('ZCOUNT', due, '-inf', after)
while low < high do
  local middle = math.floor((low + high) / 2)
  if redis.call('ZRANGE', due, middle, middle)[1] <= name then
    low = middle + 1
  else
    high = middle
  end
end

local found = redis.call('ZRANGE', due, low, low + most, 'WITHSCORES')
local result, bytes = {0}, 0
for i = 1, #found, 2 do
  local text = redis.call('HGET', bodies, found[i])
  if #result >= 1 + 3 * most or (text and bytes > 0 and bytes + #text > most_bytes) then
    result[1] = 1
    break
  end
  if text then
    bytes = bytes + #text
    local fields = cmsgpack.unpack(text)
    table.remove(fields, 1)
    result[#result + 1] = found[i]
    result[#result + 1] = found[i + 1]
    result[#result + 1] = fields
  end
end
return result
