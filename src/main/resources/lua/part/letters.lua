-- Dead letters: what somebody has to look at.

-- Lua unpacks no more than some 8,000; an entry of more is of another hand, and its letter has only the first of them.
local MOST_OF_LETTER = 7000

-- Appends the dead letters that stand in the arguments from `at` on: how many they are, and for each: number of arguments and
-- field, value, ... Returns how many they are.
local function append_letters(dead, at)
  local letters = tonumber(ARGV[at])
  for _ = 1, letters do
    local n = tonumber(ARGV[at + 1])
    redis.call('XADD', dead, '*', unpack(ARGV, at + 2, at + 1 + math.min(n, MOST_OF_LETTER)))
    at = at + 1 + n
  end
  return letters
end
