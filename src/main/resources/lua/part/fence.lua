-- The right to commit.
-- Needs master.

-- Whether it is gone: another fence was given out, Redis has another master than when mine was, or the log has another life.
local function is_fenced(fence, mine, life, expected)
  return fence ~= mine or string.match(mine, '.*:(.*)') ~= here() or life ~= expected
end
