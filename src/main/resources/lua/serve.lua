-- Notes a generation of a view, and has it served if none is, or if it shall replace the one that is.
--
-- KEYS  1 views (hash: view to served generation, view:generation to its description, #born:view:generation to a
--         number that grows with each, #born to the last of these)
-- ARGV  1 view   2 generation   3 its description   4 the generation that it replaces, or empty
--       5 1 if no live instance works that one, else 0
-- Result  the generation that is now served
--
-- One takes the place of one that was made before it, or that nobody works: so two definitions do not take turns.
-- Works on a full Redis: its first write is one that is never refused.
local views, view, generation = KEYS[1], ARGV[1], ARGV[2]
local function born(of)
  return tonumber(redis.call('HGET', views, '#born:' .. view .. ':' .. of) or '0')
end

local served = redis.call('HGET', views, view)
redis.call('HDEL', views, '')
redis.call('HSET', views, view .. ':' .. generation, ARGV[3])
if born(generation) == 0 then
  redis.call('HSET', views, '#born:' .. view .. ':' .. generation, redis.call('HINCRBY', views, '#born', 1))
end
if not served or (served == ARGV[4] and (ARGV[5] == '1' or born(generation) > born(served))) then
  redis.call('HSET', views, view, generation)
  served = generation
end
return served
