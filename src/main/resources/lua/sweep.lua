-- Puts the pending list of a group right, a step at a time: acknowledges what is done already, claims
-- the rest for this instance, and at the end removes the consumers that hold nothing.
--
-- KEYS  1 the log (stream)   2 the shard's state (hash)
-- ARGV  1 the fence   2 the group   3 this instance   4 claim entries from this position on, exclusive
--       5 1 if the holder before died, else 0: only then a claim counts as a delivery
--       6 the field of the state that says up to where the log is done
-- Result  entries acknowledged, entries claimed, the last of these (or ARGV 4), 1 if there is more to do,
--         those claimed that were delivered more than once to holders that died
-- Errors  FENCED if the fence is not mine; NOGROUP if there is no group; nothing is written then
-- include ids
local events, view, group, me = KEYS[1], KEYS[2], ARGV[2], ARGV[3]
local STEP = 256

local f = redis.call('HMGET', view, 'fence', ARGV[6])
if f[1] ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
local stale = {}
for _, pending in ipairs(redis.call('XPENDING', events, group, '-', f[2], STEP)) do
  stale[#stale + 1] = pending[1]
end
if #stale > 0 then
  redis.call('XACK', events, group, unpack(stale))
  return {#stale, 0, ARGV[4], 1, {}}
end
local mine = {}
if ARGV[4] ~= GREATEST .. '-' .. GREATEST then
  mine = redis.call('XPENDING', events, group, '(' .. ARGV[4], '+', STEP)
end
if #mine > 0 then
  local by_count, suspects = {}, {}
  for _, pending in ipairs(mine) do
    local id, count = pending[1], pending[4]
    if ARGV[5] == '1' then
      if count > 1 then
        suspects[#suspects + 1] = id
      end
      count = count + 1
    end
    by_count[count] = by_count[count] or {}
    table.insert(by_count[count], id)
  end
  for count, claimed in pairs(by_count) do
    local n = #claimed
    claimed[n + 1], claimed[n + 2], claimed[n + 3] = 'RETRYCOUNT', count, 'JUSTID'
    redis.call('XCLAIM', events, group, me, 0, unpack(claimed))
  end
  return {0, #mine, mine[#mine][1], 1, suspects}
end
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', events, group)) do
  local of = {}
  for i = 1, #info, 2 do
    of[info[i]] = info[i + 1]
  end
  if of.name ~= me and of.pending == 0 then
    redis.call('XGROUP', 'DELCONSUMER', events, group, of.name)
  end
end
return {0, 0, ARGV[4], 0, {}}
