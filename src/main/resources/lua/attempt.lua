-- Counts an attempt to fold an event alone, on which processes died, before it is made. Its commit removes the count.
--
-- KEYS  1 the generation's state (hash)
-- ARGV  1 the fence   2 the event's position
-- Result  which attempt it is
-- Errors  FENCED if the fence is not mine; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused.
local f = redis.call('HMGET', KEYS[1], 'fence', 'lone')
if f[1] ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
if f[2] == ARGV[2] then
  redis.call('HDEL', KEYS[1], '')
else
  redis.call('HDEL', KEYS[1], 'lone-attempts')
  redis.call('HSET', KEYS[1], 'lone', ARGV[2])
end
return redis.call('HINCRBY', KEYS[1], 'lone-attempts', 1)
