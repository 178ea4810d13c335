-- Lists those who are in a room, by name, a page at a time.
--
-- KEYS  1 what is known of the log (hash)   2 the deadlines (sorted set)   3 the room's members (hash)
--       4 the room's names (sorted set)
-- ARGV  1 room   2 where to begin: `-`, or `(` and the name before   3 the most names   4 after how many bytes none follows
-- Result  1 if none lies behind the page, else 0; the last name that was looked at, or an empty string; then for each that is
--         present: member, since, deadline, metadata
-- Errors  WRONGTYPE if a key is something else
-- include time
-- include presence
local room, most, bytes = ARGV[1], tonumber(ARGV[3]), 0

local now = milliseconds()
local life = redis.call('HGET', KEYS[1], 'life')
local found = redis.call('ZRANGEBYLEX', KEYS[4], ARGV[2], '+', 'LIMIT', 0, most)
local complete, result = #found < most and 1 or 0, {0, ''}
for _, member in ipairs(found) do
  if bytes > tonumber(ARGV[4]) then
    complete = 0
    break
  end
  local value = redis.call('HGET', KEYS[3], member)
  local known = read_member(value, redis.call('ZSCORE', KEYS[2], room .. '/' .. member), life)
  bytes = bytes + #(value or '')
  result[2] = member
  if known and known.deadline > now then
    for _, one in ipairs({member, string.format('%.0f', known.since), string.format('%.0f', known.deadline), known.data}) do
      result[#result + 1] = one
    end
  end
end
result[1] = complete
return result
