-- The beginning of a view's generation on a partition.

-- Has nothing applied of this life yet. `count` then lacks just what the log still holds, so that lag is exact.
local function begin_view(view, events, life, appended, trimmed)
  local count = string.format('%.0f', appended - redis.call('XLEN', events))
  redis.call('HDEL', view, 'skipped', 'dead', 'change-keys', 'changes-trimmed', 'caught-up', 'lone', 'lone-attempts',
    'commits-begun', 'commits-done')
  redis.call('HSET', view, 'life', life, 'applied', '0-0', 'count', count, 'complete-from', trimmed)
end
