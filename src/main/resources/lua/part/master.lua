-- Which master runs this.

-- Its replication id, asked for once, and only where it is needed.
local replication
local function here()
  replication = replication or string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
  return replication
end
