-- The beginning of a group at a position. Needs ids, log and group.

-- So many are counted, to know the lag of a group that begins in the middle of a log.
local MOST_COUNTED = 1000

-- Forgets all deliveries, makes the consumer group, and notes where it is. The first write of its caller comes before.
local function begin_group(keys, name, id, position, state)
  if is_after(position, state.last) then
    position = state.last
  end
  redis.call('UNLINK', keys.leases, keys.parked, keys.busy, keys.flight)
  if redis.call('EXISTS', keys.events) == 1 then
    redis.call('XGROUP', 'DESTROY', keys.events, 'group.' .. name)
  end
  redis.call('XGROUP', 'CREATE', keys.events, 'group.' .. name, position, 'MKSTREAM')
  local count = tonumber(state.appended)
  if position ~= state.last then
    local left = redis.call('XLEN', keys.events)
    if is_after(position, state.trimmed) then
      left = #redis.call('XRANGE', keys.events, '(' .. position, '+', 'COUNT', MOST_COUNTED)
    end
    count = (left < MOST_COUNTED or not is_after(position, state.trimmed)) and count - left or nil
  end
  redis.call('HSET', keys.group, 'id', id, 'life', state.life, 'delivered', position,
    'count', count and string.format('%.0f', count) or '')
  redis.pcall('PUBLISH', keys.group, '')
end
