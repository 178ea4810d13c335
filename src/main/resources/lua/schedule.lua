-- Takes events that are to enter a partition's log later, each once. One whose time has come is appended at once.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 what is due, and when (sorted set)   4 the events (hash)
--       5 their digests (hash)
-- ARGV  1 prefix of the slices of the dedup window   2 a random string, for a new life
--       3 the dedup window in milliseconds   4 how many events may wait
--       then for each event: 16-byte digest of (source, id), its deadline in milliseconds or +milliseconds from now, number of
--       arguments that follow, and these: field, value, ...
-- Result  life, present term as number:bits:start, the first of all deadlines or an empty string, how many events wait,
--         then for each event what became of it, its name or id, its deadline or 0:
--         0 it is in the log   1 it was there before   2 it is scheduled   3 it was scheduled before   4 too many wait
-- Errors  WRONGTYPE if a key is something else, OOM on a full Redis; nothing is written then
--
-- An event's name is a number of 16 digits that grows: microseconds of Redis's clock, or one more than the last name, so that
-- those of the same deadline are in the order in which they came, and no name comes again after data was lost. A digest whose
-- name has no deadline is left of a script that was torn; it counts for nothing.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include told
-- include append
local events, log, due, bodies, names = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local seen, window, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])

local micros = microseconds()
local now = math.floor(micros / 1000)
local digests, deadlines, from, to = {}, {}, {}, {}
local at = 5
while at <= #ARGV do
  local n = #digests + 1
  local deadline = ARGV[at + 1]
  digests[n] = ARGV[at]
  deadlines[n] = string.sub(deadline, 1, 1) == '+' and now + deadline or tonumber(deadline)
  deadlines[n] = deadline == '+0' and 0 or deadlines[n]
  from[n] = at + 3
  to[n] = at + 2 + tonumber(ARGV[at + 2])
  at = to[n] + 1
end

local state = read_log(events, log)
local found = find_digests(events, seen, window, state, digests)
local waiting = redis.call('ZCARD', due)
local present = redis.call('HMGET', names, unpack(digests))
local name = math.max(micros, tonumber(redis.call('HGET', log, 'scheduled') or '0') + 1)

-- what becomes of each, by number; those to append, and what is to be written of those to schedule
local what, called, when = {}, {}, {}
local entering, known = {}, {}
local mine, body, digest_of, score = {}, {}, {}, {}
for n = 1, #digests do
  local digest = digests[n]
  local scheduled = present[n] and redis.call('ZSCORE', due, present[n])
  if scheduled then
    what[n], called[n], when[n] = 3, present[n], scheduled
  elseif found.known[n] then
    what[n], called[n] = 1, found.known[n]
  elseif mine[digest] then
    what[n], called[n], when[n] = 3, called[mine[digest]], when[mine[digest]]
  elseif deadlines[n] < now then
    entering[#entering + 1] = n
  elseif waiting >= most then
    what[n], called[n] = 4, ''
  else
    local text = string.format('%.0f', name)
    what[n], called[n], when[n] = 2, text, string.format('%.0f', deadlines[n])
    mine[digest] = n
    name, waiting = name + 1, waiting + 1
    body[#body + 1] = text
    body[#body + 1] = cmsgpack.pack({digest, unpack(ARGV, from[n], to[n])})
    digest_of[#digest_of + 1] = digest
    digest_of[#digest_of + 1] = text
    score[#score + 1] = when[n]
    score[#score + 1] = text
  end
end

begin_log(events, seen, log, state, ARGV[2])
if #entering > 0 then
  local of = {}
  for i, n in ipairs(entering) do
    of[i] = digests[n]
  end
  found.known = known
  local ids, repeated = append_new(events, log, seen, state, found, of, function(i)
    return unpack(ARGV, from[entering[i]], to[entering[i]])
  end)
  for i, n in ipairs(entering) do
    what[n], called[n] = repeated[i] and 1 or 0, ids[i]
  end
end
if #score > 0 then
  redis.call('HSET', bodies, unpack(body))
  redis.call('HSET', names, unpack(digest_of))
  redis.call('HSET', log, 'scheduled', score[#score])
  redis.call('ZADD', due, unpack(score))
else
  write_again(log, state)
end

local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
local result = {state.life, last_term(state.terms), first[2] or '', waiting}
for n = 1, #digests do
  result[#result + 1] = what[n]
  result[#result + 1] = called[n]
  result[#result + 1] = when[n] or '0'
end
return result
