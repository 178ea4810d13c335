-- Notes what became of deadlines that an instance claimed, and lets it claim more that have passed.
--
-- KEYS  1 the index of deadlines (sorted set)   2 what is claimed, by when the claim ends (sorted set)
-- ARGV  1 how long a claim lasts, in milliseconds   2 how many may be claimed now
--       3 the kinds that the instance knows, between blanks
--       then for each that was claimed and is done with: its name, the end of its claim as it was told, and its next deadline in
--       milliseconds, or +milliseconds from now, or an empty string if it has none
-- Result  milliseconds until the next deadline, or -1 if there is none; by how many milliseconds the first one has passed;
--         then for each that is claimed now: its name, the end of its claim
--
-- A claim keeps the others from doing the same work, no more: what is done at a deadline must bear to be done twice. One that
-- ends unsaid, since the instance died, makes the deadline one that has passed.
--
-- The sweep, which looks for deadlines that are not in the index, is one of its names, with the master's replication id behind it:
-- after a restart or a failover, and when the index was lost, there is none, and it is due at once.
-- Works on a full Redis: its first write is one that is never refused.
-- include time
-- include master
-- include hint
local index, claimed, lasts, most = KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local kinds = ARGV[3]

local now = milliseconds()
local sweep = 'sweep/' .. here()
redis.call('ZREM', index, '')

for at = 4, #ARGV, 3 do
  local name, till, next = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if redis.call('ZSCORE', claimed, name) == till then
    redis.call('ZREM', claimed, name)
  end
  if string.sub(next, 1, 1) == '+' then
    next = string.format('%.0f', now + next)
  end
  local replaced = string.sub(name, 1, 6) == 'sweep/' and name ~= sweep
  if next ~= '' and not replaced then
    hint(index, name, next)
  end
end

for _, name in ipairs(redis.call('ZRANGEBYSCORE', claimed, '-inf', string.format('%.0f', now), 'LIMIT', 0, 1000)) do
  redis.call('ZREM', claimed, name)
  redis.call('ZADD', index, 'LT', string.format('%.0f', now - 1), name)
end
if not redis.call('ZSCORE', index, sweep) and not redis.call('ZSCORE', claimed, sweep) then
  redis.call('ZADD', index, string.format('%.0f', now - 1), sweep)
end

local first = redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')
local result = {-1, first[1] and math.max(0, now - first[2]) or 0}
local till = string.format('%.0f', now + lasts)
-- What a later version of the service knows is left to its instances.
for _, name in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. string.format('%.0f', now), 'LIMIT', 0, 4 * most)) do
  if #result < 2 + 2 * most and string.find(kinds, ' ' .. string.match(name, '^[^/]*') .. ' ', 1, true) then
    redis.call('ZREM', index, name)
    redis.call('ZADD', claimed, till, name)
    result[#result + 1] = name
    result[#result + 1] = till
  end
end
first = redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')
local ends = redis.call('ZRANGE', claimed, 0, 0, 'WITHSCORES')
local next = math.min(tonumber(first[2] or 'inf'), tonumber(ends[2] or 'inf'))
if next < math.huge then
  result[1] = math.max(0, next + 1 - now)
end
return result
