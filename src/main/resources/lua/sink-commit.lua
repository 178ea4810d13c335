-- Notes what became of a sink's events: which are done, which stay open though later ones are done, up to where it has read.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the sink's state (hash)   4 its open events (hash)
--       5 dead letters (stream)
-- ARGV  1 fence   2 life   3 group   4 the `read` before   5 the new one   6 the first entry between them, or an empty string if
--       there is none   7 how many there are   8 the first open event then, or an empty string
--       9 1 if the range that is replayed ends with it, else 0
--       10 number of events done, and their positions; number of open events that are done, and their positions;
--       number of open events that are new or were tried, and for each: position, attempts, milliseconds since the first one,
--       milliseconds until the next; number of dead letters, and for each: number of arguments and field, value, ...
-- Result  how many events were ever appended to the log, how many of them are read, the new `read`
-- Errors  FENCED  the fence is not mine any more, or Redis has another master or the log another life
--         MOVED   `read` is not what it was
--         GAP     the first log entry beyond the `read` before is not the one that I read
--         With all of them nothing is written.
--
-- Whoever is killed while it writes has open events and dead letters before `read`: what comes back of it repeats, and skips
-- nothing. Works on a full Redis: its first write is one that is never refused. At most 256 of each.
-- include time
-- include master
-- include fence
-- include ids
-- include letters
local events, log, sink, open, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

local f = redis.call('HMGET', sink, 'fence', 'read', 'count', 'resume')
local l = redis.call('HMGET', log, 'life', 'last', 'appended')
-- check fence
if is_fenced(f[1], ARGV[1], l[1], ARGV[2]) then
  return redis.error_reply('FENCED the right to commit is gone')
end
-- check read
if f[2] ~= ARGV[4] then
  return redis.error_reply('MOVED read is ' .. tostring(f[2]))
end
-- check gap
local first = ARGV[6] ~= '' and range_behind(events, ARGV[4], 1)[1]
if ARGV[6] ~= '' and (not first or first[1] ~= ARGV[6]) then
  return redis.error_reply('GAP the log goes on with ' .. (first and first[1] or 'nothing'))
end
-- checked

local at = 10
local function next_list(width)
  local list = {}
  for i = 1, ARGV[at] * width do
    list[i] = ARGV[at + i]
  end
  at = at + #list + 1
  return list
end

redis.call('HDEL', sink, '')
local done, closed, opened = next_list(1), next_list(1), next_list(4)
if #done > 0 then
  redis.call('XACK', events, ARGV[3], unpack(done))
end
local now = milliseconds()
local fields = {}
for i = 1, #opened, 4 do
  fields[#fields + 1] = opened[i]
  fields[#fields + 1] = string.format('%s:%.0f:%.0f', opened[i + 1], now - opened[i + 2], now + opened[i + 3])
end
if #fields > 0 then
  redis.call('HSET', open, unpack(fields))
end
local letters = append_letters(dead, at)
if #closed > 0 then
  redis.call('HDEL', open, unpack(closed))
end
-- What was open when its replay began is read like all else of the range.
if f[4] and #done > 0 then
  redis.call('HDEL', open, unpack(done))
end

local read = ARGV[5]
local count = tonumber(f[3] or '0')
if ARGV[9] == '1' then
  read = f[4] or read
  redis.call('HDEL', sink, 'replay-to', 'resume')
elseif not f[4] then
  count = read == l[2] and tonumber(l[3]) or count + ARGV[7]
end
local delivered = read
if ARGV[8] ~= '' and not is_after(ARGV[8], read) then
  delivered = before(ARGV[8])
end
redis.call('HSET', sink, 'read', read, 'delivered', delivered, 'count', string.format('%.0f', count))
if letters > 0 then
  redis.call('HINCRBY', sink, 'dead', letters)
end
return {tonumber(l[3]), count, read}
