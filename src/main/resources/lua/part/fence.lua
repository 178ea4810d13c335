-- The right to commit.

-- Whether it is gone: another fence was given out, Redis has another master than when mine was, or the log has another life.
local function is_fenced(fence, mine, life, expected)
  local master = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
  return fence ~= mine or string.match(mine, '[^:]+$') ~= master or life ~= expected
end
