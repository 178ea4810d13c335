-- Reads entries by key, and what the view has applied at that moment. The index decides whether an entry exists.
--
-- KEYS  1 the generation's state (hash)   2 its index (sorted set)   3 what is known of the log (hash)
-- ARGV  1 prefix of the entries   2 bytes after which no further entry is read   3 and on: keys
-- Result  applied, its life, the log's life, its present term, then for each key nil or an array of field, value, ...;
--         fewer than the keys if the bytes were reached
-- include terms
-- include entries
local result, bytes, most = read_state(KEYS[1], KEYS[3]), 0, tonumber(ARGV[2])
for n = 3, #ARGV do
  local fields = false
  if redis.call('ZSCORE', KEYS[2], ARGV[n]) then
    fields = redis.call('HGETALL', ARGV[1] .. ARGV[n])
    for i = 1, #fields do
      bytes = bytes + #fields[i]
    end
  end
  result[#result + 1] = fields
  if bytes >= most then
    break
  end
end
return result
