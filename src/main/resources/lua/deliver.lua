-- Appends the scheduled events of a partition that are due, in the order of their deadlines, and takes them off the schedule;
-- a step at a time.
--
-- KEYS  1 the log (stream)   2 what is known of it (hash)   3 what is due, and when (sorted set)   4 the events (hash)
--       5 their digests (hash)
-- ARGV  1 prefix of the slices of the dedup window   2 a random string, for a new life
--       3 the dedup window in milliseconds   4 the most events   5 the most bytes of them, of which one event may be more
-- Result  the first deadline that is left or an empty string, how many events wait, how many were in the log already,
--         then for each that was appended by how many milliseconds it is late
-- Errors  WRONGTYPE if a key is something else; nothing is written then
--
-- An event that is in the log within the dedup window is not appended again. All that is written follows what Redis keeps of
-- its first writes: should a crash tear the script, what is left of it is entries that are removed as phantoms, and the events
-- are still scheduled; see decision 010. Works on a full Redis, since it gives back about what it takes: its first write is one
-- that is never refused.
-- include ids
-- include master
-- include terms
-- include time
-- include log
-- include told
-- include append
local events, log, due, bodies, names = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local seen, window, most, most_bytes = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local now = milliseconds()
local ready = redis.call('ZRANGEBYSCORE', due, '-inf', '(' .. string.format('%.0f', now), 'WITHSCORES', 'LIMIT', 0, most)

local done, packed, digests, late, bytes = {}, {}, {}, {}, 0
for i = 1, #ready, 2 do
  local text = redis.call('HGET', bodies, ready[i])
  -- Without an event it is left of a script that was torn.
  if text then
    if bytes > 0 and bytes + #text > most_bytes then
      break
    end
    bytes = bytes + #text
    local n = #digests + 1
    packed[n] = cmsgpack.unpack(text)
    digests[n] = packed[n][1]
    late[n] = now - ready[i + 1]
  end
  done[#done + 1] = ready[i]
end

local repeats = 0
if #done > 0 then
  redis.call('HDEL', log, '')
end
if #digests > 0 then
  local state = read_log(events, log)
  local found = find_digests(events, seen, window, state, digests)
  begin_log(events, seen, log, state, ARGV[2])
  local _, repeated = append_new(events, log, seen, state, found, digests, function(n)
    return unpack(packed[n], 2)
  end)
  for n = #digests, 1, -1 do
    if repeated[n] then
      repeats = repeats + 1
      table.remove(late, n)
    end
  end
  redis.call('HDEL', names, unpack(digests))
end
if #done > 0 then
  redis.call('ZREM', due, unpack(done))
  redis.call('HDEL', bodies, unpack(done))
end
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
return {first[2] or '', redis.call('ZCARD', due), repeats, unpack(late)}
