-- Writes a value, or fails, as a test wants it.
--
-- KEYS  1 a string
-- ARGV  1 set, append or refuse   2 the value
-- Result  OK, or the length for append
-- Errors  FENCED for refuse
if ARGV[1] == 'refuse' then
  return redis.error_reply('FENCED as the test wants it')
end
return redis.call(ARGV[1], KEYS[1], ARGV[2])
