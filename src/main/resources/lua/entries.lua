-- Reads a page of entries in the order of their keys, and what the view has applied at that moment.
--
-- KEYS  1 the generation's state (hash)   2 its index (sorted set)   3 what is known of the log (hash)
-- ARGV  1 prefix of the entries   2 bytes after which no further entry is read   3 from, as ZRANGEBYLEX takes it
--       4 how many entries at most
-- Result  applied, its life, the log's life, its present term, 1 if there are more entries behind the page,
--         then key, array of field, value, ..., for each entry
-- include terms
-- include entries
local result, bytes, most = read_state(KEYS[1], KEYS[3]), 0, tonumber(ARGV[2])
local keys = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[3], '+', 'LIMIT', 0, ARGV[4] + 1)
result[5] = 0
for n, key in ipairs(keys) do
  if n > tonumber(ARGV[4]) or bytes >= most then
    result[5] = 1
    break
  end
  local fields = redis.call('HGETALL', ARGV[1] .. key)
  for i = 1, #fields do
    bytes = bytes + #fields[i]
  end
  result[#result + 1] = key
  result[#result + 1] = fields
end
return result
