-- How much is told of what was appended or changed: how many events or keys, and how many bytes. More is better read. OrderedNews
-- has the bytes too, for what is told by an answer.
local MOST_TOLD, MOST_TOLD_BYTES = 16, 8192

-- How many connections have subscribed to what is told of a stream, and how many to its name, then the same of another, if there is
-- one. Nothing if a user may not ask.
local function count_listeners(stream, other)
  local found
  if other then
    found = redis.pcall('PUBSUB', 'NUMSUB', stream .. ':told', stream, other .. ':told', other)
  else
    found = redis.pcall('PUBSUB', 'NUMSUB', stream .. ':told', stream)
  end
  return found[2], found[4], found[6], found[8]
end
