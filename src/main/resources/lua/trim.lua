-- Removes the oldest entries of a log that retention does not keep and that every consumer is done with, a step at a
-- time. Exact: what is left begins where the configured bounds say.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)
-- ARGV  1 prefix of the slices   2 a random string, for a new life   3 prefix of the partition's keys
--       4 the greatest age in milliseconds, or -1   5 the greatest length, or -1
--       6 the length beyond which consumers are not waited for, or -1   7 the most entries that one step looks at
-- Result  entries removed, how many of them some consumer was not done with, 1 if there is more to do,
--         the consumer group that keeps what retention would remove, or an empty string
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- A view (group view.<name>.<generation>) is done with what its `applied` covers, and a sink (group sink.<name>) with what its
-- `delivered` covers, whatever is pending; another group with what is before its oldest pending entry or, if it has none, up to its last-delivered-id.
-- Works on a full Redis: its first write is one that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include consumer-groups
local events, log, base = KEYS[1], KEYS[2], ARGV[3]
local max_age, max_length, hard, step = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local state = read_log(events, log)
-- They would be counted with what is removed, so they go first, in a step of their own.
if #state.phantoms > 0 then
  redis.call('HDEL', log, '')
  begin_log(events, ARGV[1], log, state, ARGV[2])
  return {0, 0, 1, ''}
end
local length = redis.call('XLEN', events)
if length == 0 then
  return {0, 0, 0, ''}
end

-- the group that is done with the least, and up to where it is
local keeper, done
for _, of in ipairs(consumer_groups(events)) do
  local upto = of['last-delivered-id']
  local view, generation = string.match(of.name, '^view%.(.+)%.([^.]+)$')
  local sink = string.match(of.name, '^sink%.(.+)$')
  if view then
    upto = redis.call('HGET', base .. 'view:' .. view .. ':' .. generation, 'applied') or '0-0'
  elseif sink then
    upto = redis.call('HGET', base .. 'sink:' .. sink, 'delivered') or '0-0'
  elseif of.pending > 0 then
    upto = before(redis.call('XPENDING', events, of.name)[2])
  end
  if not done or is_after(done, upto) then
    keeper, done = of.name, upto
  end
end

local oldest = max_age >= 0 and milliseconds() - max_age or -1
local removed, forced, last, kept_by = 0, 0, false, ''
for _, entry in ipairs(redis.call('XRANGE', events, '-', '+', 'COUNT', step)) do
  local left = length - removed
  local must = hard >= 0 and left > hard
  local may = tonumber(string.match(entry[1], '^%d+')) < oldest or (max_length >= 0 and left > max_length)
  local needed = done and is_after(entry[1], done)
  if not must and (not may or needed) then
    kept_by = may and keeper or ''
    break
  end
  forced = forced + (needed and 1 or 0)
  removed = removed + 1
  last = entry[1]
end

redis.call('HDEL', log, '')
begin_log(events, ARGV[1], log, state, ARGV[2])
if last then
  redis.call('XTRIM', events, 'MAXLEN', '=', length - removed)
  redis.call('HSET', log, 'trimmed', last, 'removed', string.format('%.0f', state.removed + removed))
end
return {removed, forced, removed == step and 1 or 0, kept_by}
