-- What Redis tells of the consumer groups of a log, in its order; none if there is no log.
local function consumer_groups(events)
  local groups = {}
  if redis.call('EXISTS', events) == 1 then
    for at, info in ipairs(redis.call('XINFO', 'GROUPS', events)) do
      local group = {}
      for i = 1, #info, 2 do
        group[info[i]] = info[i + 1]
      end
      groups[at] = group
    end
  end
  return groups
end

-- One of them; false if there is none of the name.
local function consumer_group(events, name)
  for _, group in ipairs(consumer_groups(events)) do
    if group.name == name then
      return group
    end
  end
  return false
end
