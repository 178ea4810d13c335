-- Ids of entries: two numbers of up to 64 bits each, in digits without leading zeros. Lua's own numbers cannot hold them, so
-- they are compared and counted as the digits that they are.

local GREATEST = '18446744073709551615'

local function is_more(a, b)
  return #a > #b or (#a == #b and a > b)
end

-- Whether one entry id is after another.
local function is_after(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)-(%d+)$')
  return is_more(a_ms, b_ms) or (a_ms == b_ms and is_more(a_seq, b_seq))
end

-- The number before another, which is not 0.
local function one_less(number)
  local head, digit, zeros = string.match(number, '^(%d-)([1-9])(0*)$')
  local less = head .. (digit - 1) .. string.rep('9', #zeros)
  return #less > 1 and string.match(less, '^0?(.+)$') or less
end

-- The greatest id before another, which is not 0-0.
local function before(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  if seq ~= '0' then
    return ms .. '-' .. one_less(seq)
  end
  return one_less(ms) .. '-' .. GREATEST
end

-- The number after another.
local function one_more(number)
  local head, digit, nines = string.match(number, '^(%d-)([0-8]?)(9*)$')
  return head .. (digit == '' and 1 or digit + 1) .. string.rep('0', #nines)
end

-- The least id after another, which is not the greatest.
local function after(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  if seq ~= GREATEST then
    return ms .. '-' .. one_more(seq)
  end
  return one_more(ms) .. '-0'
end

-- The first entries of a stream behind an id. Redis takes no range behind the greatest id.
local function range_behind(events, id, count)
  if id == GREATEST .. '-' .. GREATEST then
    return {}
  end
  return redis.call('XRANGE', events, '(' .. id, '+', 'COUNT', count)
end
