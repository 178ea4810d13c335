-- Notes a deadline in the index, unless an earlier one is there, and tells all instances if none was as early.
local function hint(index, name, deadline)
  local first = redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')
  redis.call('ZADD', index, 'LT', deadline, name)
  if not first[1] or tonumber(deadline) < tonumber(first[2]) then
    -- Not heard is told late; a user who may not publish must not fail here, half-way.
    redis.pcall('PUBLISH', index, '')
  end
end
