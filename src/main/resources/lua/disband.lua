-- Forgets the members of earlier lives of a log, a step at a time. Nothing is told of them: the log that said they came is gone.
--
-- KEYS  1 what is known of the log (hash)   2 the deadlines (sorted set)
-- ARGV  1 prefix of the rooms' members (hashes)   2 prefix of the rooms' names (sorted sets)
--       3 how many deadlines to pass over   4 how many to look at
-- Result  how many deadlines to pass over in the next step, or -1 at the end
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused. One that the steps miss, since others come and go
-- meanwhile, is forgotten at its deadline.
local log, due, members, names, from, most = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local life = redis.call('HGET', log, 'life')
local found = redis.call('ZRANGE', due, from, from + most - 1)
local gone, of, checked = {}, {}, {}
for _, name in ipairs(found) do
  local room, member = string.match(name, '^([^/]*)/?(.*)$')
  local value = redis.call('HGET', members .. room, member)
  checked[room] = checked[room] or redis.call('ZCARD', names .. room) -- fails if it is something else
  if not value or string.match(value, '^%w+:(%w*):') ~= life then
    gone[#gone + 1] = name
    of[#of + 1] = {room, member}
  end
end
if #gone > 0 then
  redis.call('ZREM', due, unpack(gone))
  for _, one in ipairs(of) do
    redis.call('HDEL', members .. one[1], one[2])
    redis.call('ZREM', names .. one[1], one[2])
  end
end
return #found < most and -1 or from + #found - #gone
