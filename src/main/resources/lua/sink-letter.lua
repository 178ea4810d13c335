-- Takes a request about a dead letter off the list of a sink's holder, when it is known what came of it.
--
-- KEYS  1 the sink's state (hash)   2 dead letters (stream)   3 why letters failed again (hash)   4 the requests (list)
-- ARGV  1 the fence   2 the request   3 what takes its place, or an empty string   4 the letter, or an empty string
--       5 why the letter stays, or an empty string if it goes
-- Result  1
-- Errors  FENCED if the fence is not mine; MOVED if the request is not the first one; nothing is written then
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
if redis.call('LINDEX', KEYS[4], 0) ~= ARGV[2] then
  return redis.error_reply('MOVED the request was executed')
end
if ARGV[4] ~= '' and ARGV[5] ~= '' then
  redis.call('HDEL', KEYS[3], ARGV[4])
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
elseif ARGV[4] ~= '' then
  if redis.call('XDEL', KEYS[2], ARGV[4]) == 1 and tonumber(redis.call('HGET', KEYS[1], 'dead') or '0') > 0 then
    redis.call('HINCRBY', KEYS[1], 'dead', -1)
  end
  redis.call('HDEL', KEYS[3], ARGV[4])
end
if ARGV[3] == '' then
  redis.call('LPOP', KEYS[4])
else
  redis.call('LSET', KEYS[4], 0, ARGV[3])
end
return 1
