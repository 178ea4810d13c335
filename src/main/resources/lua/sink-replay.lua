-- Has a sink deliver a range of a partition's events again, before it goes on where it is. Its holder is fenced off, and takes
-- the work over anew.
--
-- KEYS  1 the sink's state (hash)
-- ARGV  1 behind this position   2 up to this one, or an empty string: up to where it is   3 a random string, for the fence
-- Result  0 if the sink has not read anything of the range yet, else 1
--
-- What is open stays so until the range has come to it: another range may be asked for before. Works on a full Redis: its first
-- write is one that is never refused.
-- include ids
local sink, from, to = KEYS[1], ARGV[1], ARGV[2]
local f = redis.call('HMGET', sink, 'read', 'delivered', 'resume', 'fence')
local resume = f[3] or f[1]
if not resume or not is_after(resume, from) then
  return 0
end
if to == '' or is_after(to, resume) then
  to = resume
end
redis.call('HDEL', sink, '')
local number = tonumber(string.match(f[4] or '0', '^%d+')) + 1
redis.call('HSET', sink, 'read', from, 'delivered', is_after(f[2], from) and from or f[2], 'resume', resume, 'replay-to', to,
  'fence', string.format('%.0f', number) .. ':' .. ARGV[3] .. ':none')
return 1
