-- Takes the lease of a sink's partition together with a new fence, and makes ready what the work needs: the log's life, the
-- consumer group (created at what is read, never at `$`), the sink's state.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the sink's state (hash)   4 its lease (string)
--       5 its open events (hash)
-- ARGV  1 this instance   2 the lease in milliseconds   3 a random string, for the fence   4 another, for a new life
--       5 prefix of the slices   6 the group   7 where a new sink begins: earliest, latest, or milliseconds since 1970
--       8 this process: a string that no other one ever has
-- Result  held, its holder, the milliseconds left: another instance works it
--         paused
--         broken, why: it was stopped
--         mine, fence, life, delivered, last-delivered of the group, read, the end of the range that is replayed or an empty
--         string, 1 if the holder before died, the clock in milliseconds
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- `read` is up to where each event is done or open; `delivered`, up to where all are done, is what counts for retention. A new
-- life of the log is delivered from its beginning. Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include consumer-groups
-- include lease
local events, log, sink, lease, open, group = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[6]

local holder = redis.call('GET', lease)
if holder and holder ~= ARGV[1] then
  return {'held', holder, redis.call('PTTL', lease)}
end
local f = redis.call('HMGET', sink, 'life', 'fence', 'delivered', 'read', 'paused', 'halted', 'released', 'process', 'replay-to')
if f[5] then
  return {'paused'}
end
if f[6] then
  return {'broken', f[6]}
end
local died = f[2] and not f[7] and f[8] ~= ARGV[8]
local state = read_log(events, log)
local length = redis.call('XLEN', events)
local handed = last_delivered(events, group)

redis.call('HDEL', sink, 'released')
begin_log(events, ARGV[5], log, state, ARGV[4])
local delivered, read, replay = f[3], f[4], f[9]
if f[1] ~= state.life or not read then
  read = '0-0'
  local count = state.appended - length
  if not f[1] and ARGV[7] == 'latest' then
    read, count = state.last, state.appended
  elseif not f[1] and ARGV[7] ~= 'earliest' and tonumber(ARGV[7]) > 0 then
    read = string.format('%.0f', ARGV[7] - 1) .. '-' .. GREATEST
  end
  delivered, replay = read, false
  redis.call('UNLINK', open)
  redis.call('HDEL', sink, 'replay-to', 'resume', 'dead')
  redis.call('HSET', sink, 'read', read, 'delivered', delivered, 'count', string.format('%.0f', count), 'life', state.life)
end
local fence = next_fence(f[2], ARGV[3], state.here)
redis.call('HSET', sink, 'fence', fence, 'process', ARGV[8])
redis.call('SET', lease, ARGV[1], 'PX', ARGV[2])
handed = begin_group(events, group, handed, replay and delivered or read)
return {'mine', fence, state.life, delivered, handed, read, replay or '', died and 1 or 0,
  string.format('%.0f', milliseconds())}
