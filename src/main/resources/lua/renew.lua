-- Lengthens a lease; takes it again if it ran out and nobody else took it.
--
-- KEYS  1 the generation's state (hash)   2 its lease (string)
-- ARGV  1 the fence   2 this instance   3 the lease in milliseconds
-- Result  1
-- Errors  FENCED if another took it; nothing is written then
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return redis.error_reply('FENCED another instance works this partition')
end
if redis.call('PEXPIRE', KEYS[2], ARGV[3]) == 0 then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
return 1
