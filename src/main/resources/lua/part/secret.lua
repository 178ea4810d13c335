-- Keeps a record for a time, and of one caller at most so many: returns the names of those that went for it.
local function keep(record, index, value, life, name, most)
  local now = milliseconds()
  redis.call('SET', record, value, 'PX', life)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
  local gone = {}
  local excess = redis.call('ZCARD', index) + 1 - most
  if excess > 0 then
    local popped = redis.call('ZPOPMIN', index, excess)
    for i = 1, #popped, 2 do
      gone[#gone + 1] = popped[i]
    end
  end
  redis.call('ZADD', index, now + life, name)
  local last = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', index, last[2])
  return gone
end

-- Tells all instances that sessions have ended, so that their feeds do.
local function tell_ended(ended, names, kept)
  redis.call('XTRIM', ended, 'MINID', '~', string.format('%.0f', milliseconds() - kept))
  for _, name in ipairs(names) do
    redis.call('XADD', ended, '*', 'session', name)
  end
  -- Not heard is found out later; a user who may not publish must not fail here, half-way.
  redis.pcall('PUBLISH', ended, '')
end
