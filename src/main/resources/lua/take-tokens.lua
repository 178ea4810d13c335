-- Takes tokens out of a tenant's bucket, which fills at a rate up to its size. What has a token at all may take as many as it
-- needs, and leave the bucket in debt, so that what is larger than the bucket is not refused for ever: the rate holds.
--
-- KEYS  1 the bucket (hash: `at`, in microseconds of Redis's clock, and of each kind the tokens at that time)
-- ARGV  of each kind that there is a rate for: its name, the rate in tokens a second, the bucket's size, how many are needed,
--       how many are wanted. A kind of which none is needed is not looked at.
-- Result  1 and then of each kind how many were taken, at least those needed; or 0 and in how many microseconds there will be
--         a token of each kind that is needed; then nothing is taken of any
-- Errors  WRONGTYPE if the key is something else
-- include time
local FIELDS = 5
local now = microseconds()

-- a clock behind that of another master, before a failover, is no time that has passed
local at = tonumber(redis.call('HGET', KEYS[1], 'at')) or now
local passed = math.max(0, now - at) / 1000000

local kinds, wait, longest = {}, 0, 0
for i = 1, #ARGV, FIELDS do
  local kind = {name = ARGV[i], rate = tonumber(ARGV[i + 1]), size = tonumber(ARGV[i + 2]), needed = tonumber(ARGV[i + 3])}
  local before = tonumber(redis.call('HGET', KEYS[1], kind.name)) or kind.size
  kind.tokens = math.min(kind.size, before + kind.rate * passed)
  kind.taken = 0
  if kind.needed > 0 then
    if kind.tokens < 1 then
      wait = math.max(wait, math.ceil((1 - kind.tokens) / kind.rate * 1000000))
    end
    kind.taken = math.max(kind.needed, math.min(tonumber(ARGV[i + 4]), math.floor(kind.tokens)))
  end
  kinds[#kinds + 1] = kind
end
if wait > 0 then
  return {0, wait}
end

local fields, result = {'at', string.format('%.0f', now)}, {1}
for _, kind in ipairs(kinds) do
  local left = kind.tokens - kind.taken
  longest = math.max(longest, (kind.size - left) / kind.rate)
  fields[#fields + 1] = kind.name
  fields[#fields + 1] = string.format('%.6f', left)
  result[#result + 1] = kind.taken
end
redis.call('HSET', KEYS[1], unpack(fields))
-- one that is full again is as good as none
redis.call('PEXPIRE', KEYS[1], math.ceil(longest * 1000) + 1000)
return result
