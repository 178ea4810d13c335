-- The beginning of a view's generation on a partition.

-- Whether one entry id is after another.
local function is_after(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)-(%d+)$')
  a_ms, b_ms = tonumber(a_ms), tonumber(b_ms)
  return a_ms > b_ms or (a_ms == b_ms and tonumber(a_seq) > tonumber(b_seq))
end

-- Has nothing applied of this life yet. `count` then lacks just what the log still holds, so that lag is exact.
local function begin_view(view, events, life, appended, trimmed)
  local count = string.format('%.0f', appended - redis.call('XLEN', events))
  redis.call('HDEL', view, 'skipped', 'dead', 'change-keys', 'changes-trimmed', 'caught-up')
  redis.call('HSET', view, 'life', life, 'applied', '0-0', 'count', count, 'complete-from', trimmed)
end
