-- The lease of a shard, its fence, and the consumer group of what works it.

-- Up to where the group has handed out the log; false if there is no group.
local function last_delivered(events, name)
  local group = consumer_group(events, name)
  return group and group['last-delivered-id']
end

-- The fence after another one: number:token:replication id.
local function next_fence(fence, token, here)
  local number = tonumber(string.match(fence or '0', '^%d+')) + 1
  return string.format('%.0f', number) .. ':' .. token .. ':' .. here
end

-- Creates the group at what is done, never at `$`, or moves it there if it is behind; says up to where it has handed out.
local function begin_group(events, group, delivered, done)
  if not delivered then
    redis.call('XGROUP', 'CREATE', events, group, done, 'MKSTREAM')
    return done
  end
  if is_after(done, delivered) then
    redis.call('XGROUP', 'SETID', events, group, done)
    return done
  end
  return delivered
end
