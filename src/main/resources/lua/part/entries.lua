-- The entries of a view as a whole. Needs terms.

-- Removes some of them. Tells whether there may be more. Begins with a write that is never refused.
local function remove_entries(index, prefix, count)
  local keys = redis.call('ZRANGE', index, 0, count - 1)
  if #keys == 0 then
    return false
  end
  redis.call('ZREM', index, unpack(keys))
  for n, key in ipairs(keys) do
    keys[n] = prefix .. key
  end
  redis.call('UNLINK', unpack(keys))
  return true
end

-- What a reader is told with the entries: applied, its life, the log's life and present term.
local function read_state(view, log)
  local f = redis.call('HMGET', view, 'applied', 'life')
  local l = redis.call('HMGET', log, 'life', 'terms')
  return {f[1], f[2], l[1], l[2] and last_term(l[2])}
end
