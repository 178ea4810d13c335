-- The beginning of a view's generation on a partition, and the marks of its commits.
--
-- A commit marks the last event that it takes in, `begun:<id>`, and removes the mark of the one before: the only one there is
-- is that of `applied`. Any other came back with a part of a commit. If it is not beyond `applied`, the same events were taken in
-- again since, and what they made of the entries has replaced that part. A commit that replays a dead letter has the mark
-- `replaying`, which it removes itself.
local function find_marks(view)
  local marks = {}
  for _, field in ipairs(redis.call('HKEYS', view)) do
    if field == 'replaying' or string.sub(field, 1, 6) == 'begun:' then
      marks[#marks + 1] = field
    end
  end
  return marks
end

-- Has nothing applied of this life yet, and no change of another one is left. `count` then lacks just what the log still holds, so
-- that lag is exact.
local function begin_view(view, changes, events, life, appended, trimmed)
  local count = string.format('%.0f', appended - redis.call('XLEN', events))
  redis.call('HDEL', view, 'skipped', 'dead', 'change-keys', 'changes-trimmed', 'newest-change', 'caught-up', 'lone', 'lone-attempts',
    unpack(find_marks(view)))
  redis.call('UNLINK', changes)
  redis.call('HSET', view, 'life', life, 'applied', '0-0', 'count', count, 'complete-from', trimmed)
end
