-- Notes a generation of a view, and has it served if none is, or if it shall replace the one that is.
--
-- KEYS  1 views (hash: view to served generation, view:generation to its description, #born:view:generation to a
--         number that grows with each, #born to the last of these)
-- ARGV  1 view   2 generation   3 its description   4 the generation that it replaces, or empty
--       5 1 if no live instance works that one, else 0
-- Result  the generation that is now served
--
-- One takes the place of one that is before it, or that nobody works: so two do not take turns. Of builds of the same
-- definition the one with the greater number is the later one, whichever was noted first in a registry that was lost.
-- Works on a full Redis: its first write is one that is never refused.
local views, view, generation = KEYS[1], ARGV[1], ARGV[2]
local function born(of)
  return tonumber(redis.call('HGET', views, '#born:' .. view .. ':' .. of) or '0')
end

local function is_later(one, other)
  local definition, number = string.match(one, '^(.*)%-(%d+)$')
  local of_other, number_of_other = string.match(other, '^(.*)%-(%d+)$')
  if definition and definition == of_other then
    return tonumber(number) > tonumber(number_of_other)
  end
  return born(one) > born(other)
end

local served = redis.call('HGET', views, view)
redis.call('HDEL', views, '')
redis.call('HSET', views, view .. ':' .. generation, ARGV[3])
if born(generation) == 0 then
  redis.call('HSET', views, '#born:' .. view .. ':' .. generation, redis.call('HINCRBY', views, '#born', 1))
end
if not served or (served == ARGV[4] and (ARGV[5] == '1' or is_later(generation, served))) then
  redis.call('HSET', views, view, generation)
  served = generation
end
return served
