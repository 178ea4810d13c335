-- Ends a session, and tells all instances. Of one that there is not nothing is told: anybody can make up as many as they like.
--
-- KEYS  1 the session (string)   2 sessions that ended (stream)
-- ARGV  1 its digest   2 for how many milliseconds ended ones are told
-- Result  1
--
-- Works on a full Redis: its first write is one that is never refused.
-- include time
-- include secret
if redis.call('DEL', KEYS[1]) == 1 then
  tell_ended(KEYS[2], {ARGV[1]}, tonumber(ARGV[2]))
end
return 1
