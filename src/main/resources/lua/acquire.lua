-- Takes the lease of a generation's partition together with a new fence, and makes ready what the work needs:
-- the log's life, the consumer group (created at `applied`, never at `$`), the generation's state.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the generation's state (hash)   4 its lease (string)
--       5 its index (sorted set)   6 its changes (stream)
-- ARGV  1 this instance   2 the lease in milliseconds   3 a random string, for the fence   4 another, for a new life
--       5 prefix of the slices   6 the group   7 1 if a generation may begin behind what was trimmed, else 0
--       8 this process: a string that no other one ever has   9 1 if what is halted shall stay so, else 0
-- Result  held, its holder, the milliseconds left: another instance works it
--         broken, why: a commit failed half-way or came back in part, or the view halted
--         partial, position: the log was trimmed up to there before the generation began
--         mine, fence, life, applied, last-delivered, trimmed, 1 if entries of an earlier life must be cleared first,
--         1 if the holder before died, the event that was being folded alone or nil
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- Works on a full Redis: its first write is one that is never refused. A fence is number:token:replication id.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include consumer-groups
-- include lease
-- include view
local events, log, view, lease, index, changes, group = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], ARGV[6]

local holder = redis.call('GET', lease)
if holder and holder ~= ARGV[1] then
  return {'held', holder, redis.call('PTTL', lease)}
end
local f = redis.call('HMGET', view, 'life', 'fence', 'applied', 'broken', 'halted', 'released', 'process', 'lone',
  'lone-attempts')
if f[4] or (f[5] and ARGV[9] == '1') then
  return {'broken', f[4] or f[5]}
end
-- A process that gave its lease back, or that takes it again, did not die: its lone attempt does not count.
local died = f[2] and not f[6] and f[7] ~= ARGV[8]
local state = read_log(events, log)
local old = {''}
if f[1] == state.life then
  for _, mark in ipairs(find_marks(view)) do
    local at = string.match(mark, '^begun:(.+)$')
    if not at or is_after(at, f[3]) then
      local why = 'Redis was killed, and brought back a part of a commit that it had left out; build the view anew'
      redis.call('HDEL', view, '')
      redis.call('HSET', view, 'broken', why)
      return {'broken', why}
    elseif at ~= f[3] then
      old[#old + 1] = mark
    end
  end
end
if not state.lost and f[1] ~= state.life and state.trimmed ~= '0-0' and ARGV[7] ~= '1' then
  return {'partial', state.trimmed}
end
local entries = redis.call('ZCARD', index)
local delivered = last_delivered(events, group)

redis.call('HDEL', view, 'released', 'caught-up', 'halted', 'newest-change', unpack(old))
begin_log(events, ARGV[5], log, state, ARGV[4])
local applied, stale = f[3] or '0-0', 0
if f[1] ~= state.life then
  applied = '0-0'
  if entries > 0 then
    stale = 1
  else
    begin_view(view, changes, events, state.life, state.appended, state.trimmed)
  end
end
local fence = next_fence(f[2], ARGV[3], state.here)
redis.call('HSET', view, 'fence', fence, 'process', ARGV[8] or '')
if f[8] and not died and tonumber(f[9] or '0') > 0 then
  redis.call('HINCRBY', view, 'lone-attempts', -1)
end
redis.call('SET', lease, ARGV[1], 'PX', ARGV[2])
delivered = begin_group(events, group, delivered, applied)
return {'mine', fence, state.life, applied, delivered, state.trimmed, stale, died and 1 or 0, f[8]}
