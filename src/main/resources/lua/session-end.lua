-- Ends a session, and tells all instances.
--
-- KEYS  1 the session (string)   2 sessions that ended (stream)
-- ARGV  1 its digest   2 for how many milliseconds ended ones are told
-- Result  1
--
-- Works on a full Redis: its first write is one that is never refused.
-- include time
-- include secret
redis.call('DEL', KEYS[1])
tell_ended(KEYS[2], {ARGV[1]}, tonumber(ARGV[2]))
return 1
