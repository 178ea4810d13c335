-- Whether one entry id is after another.
local function is_after(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)-(%d+)$')
  a_ms, b_ms = tonumber(a_ms), tonumber(b_ms)
  return a_ms > b_ms or (a_ms == b_ms and tonumber(a_seq) > tonumber(b_seq))
end

-- Greater than any sequence number, even of a clock that stands still for weeks, and short in a cursor: 2^40 - 1.
local MAX_SEQUENCE = '1099511627775'

-- The greatest id before another, which is not 0-0.
local function before(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  if tonumber(seq) > 0 then
    return ms .. '-' .. string.format('%.0f', seq - 1)
  end
  return string.format('%.0f', ms - 1) .. '-' .. MAX_SEQUENCE
end
