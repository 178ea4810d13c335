-- Puts the pending list of a view's group right, a step at a time: acknowledges what is applied already, claims
-- the rest for this instance, and at the end removes the consumers that hold nothing.
--
-- KEYS  1 the log (stream)   2 the generation's state (hash)
-- ARGV  1 the fence   2 the group   3 this instance   4 claim entries from this position on, exclusive
-- Result  entries acknowledged, entries claimed, the last of these (or ARGV 4), 1 if there is more to do
-- Errors  FENCED if the fence is not mine; NOGROUP if there is no group; nothing is written then
local events, view, group, me = KEYS[1], KEYS[2], ARGV[2], ARGV[3]
local STEP = 256

local f = redis.call('HMGET', view, 'fence', 'applied')
if f[1] ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
local function ids(from, to)
  local found = {}
  for _, pending in ipairs(redis.call('XPENDING', events, group, from, to, STEP)) do
    found[#found + 1] = pending[1]
  end
  return found
end

local stale = ids('-', f[2])
if #stale > 0 then
  redis.call('XACK', events, group, unpack(stale))
  return {#stale, 0, ARGV[4], 1}
end
local mine = ids('(' .. ARGV[4], '+')
if #mine > 0 then
  mine[#mine + 1] = 'JUSTID'
  redis.call('XCLAIM', events, group, me, 0, unpack(mine))
  mine[#mine] = nil
  return {0, #mine, mine[#mine], 1}
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
return {0, 0, ARGV[4], 0}
