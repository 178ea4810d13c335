-- Tells the state of a generation's changes on a partition, and what they are behind a place; notices a new life or
-- term of the log. What it tells of the log is told as of a stream of its own, so that it can be followed like one.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 the generation's state (hash)   4 its changes (stream)
-- ARGV  1 prefix of the slices   2 a random string, for a new life   3 behind which change   4 how many at most; 0 for none
-- Result  life (empty while the generation has not begun in this life of the log), the present term, the last change
--         removed, the last change, 0, the clock in milliseconds, then the changes as XRANGE gives them
-- Errors  WRONGTYPE if KEYS 1 or 4 is something else
--
-- Works on a full Redis: its first write is one that is never refused. Only the present term is said, and only one
-- that began with a master: a term's start and gap are positions of the log, which say nothing of changes.
-- include ids
-- include master
-- include terms
-- include time
-- include log
local last, found = '0-0', {}
if redis.call('EXISTS', KEYS[4]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[4])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      last = info[i + 1]
    end
  end
  if ARGV[4] ~= '0' then
    found = range_behind(KEYS[4], ARGV[3], ARGV[4])
  end
end
local state = read_log(KEYS[1], KEYS[2])
if state.news then
  redis.call('HDEL', KEYS[2], '')
  begin_log(KEYS[1], ARGV[1], KEYS[2], state, ARGV[2])
end
local f = redis.call('HMGET', KEYS[3], 'life', 'changes-trimmed')
local life = ''
if f[1] == state.life then
  life = state.life
end
return {life, state.reign, f[2] or '0-0', last, 0,
  string.format('%.0f', milliseconds()), found}
