-- The terms of a log, as they stand in its hash: joined by commas, the present one last.

-- The last of them. Of a pattern that is tied to the end Lua tries each beginning, which took five times as long as the rest of an
-- append where there are 64.
local function last_term(terms)
  return string.match(terms, '.*,(.*)') or terms
end
