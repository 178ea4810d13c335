-- Asks the holder of a lease for something.
--
-- KEYS  1 the requests (list)
-- ARGV  1 the request   2 how many may wait
-- Result  1, or 0 if too many wait already
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('RPUSH', KEYS[1], ARGV[1])
return 1
