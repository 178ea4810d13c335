-- Tells which generations no live instance has worked for so long that they may be removed. One that is served is
-- only among them if no generation of its view is worked: while another is being built, it is what readers read.
--
-- KEYS  1 views (hash, see serve.lua; #idle:view:generation is since when nobody works it, in milliseconds)
-- ARGV  1 how long, in milliseconds   then of each instance what it works (blanks between view:generation)
-- Result  view:generation and its description, for each
--
-- Works on a full Redis: its first write is one that is never refused.
-- include time
local views = KEYS[1]
local worked, worked_views = {}, {}
for i = 2, #ARGV do
  for name in string.gmatch(ARGV[i], '%S+') do
    worked[name] = true
    worked_views[string.match(name, '^[^:]+')] = true
  end
end
local all, fields = redis.call('HGETALL', views), {}
for i = 1, #all, 2 do
  fields[all[i]] = all[i + 1]
end
local now = milliseconds()

redis.call('HDEL', views, '')
local retired = {}
for name, description in pairs(fields) do
  local view, generation = string.match(name, '^([^:#]+):([^:]+)$')
  if view then
    local idle = fields['#idle:' .. name]
    if worked[name] or (fields[view] == generation and worked_views[view]) then
      if idle then
        redis.call('HDEL', views, '#idle:' .. name)
      end
    elseif not idle then
      redis.call('HSET', views, '#idle:' .. name, string.format('%.0f', now))
    elseif now - tonumber(idle) >= tonumber(ARGV[1]) then
      retired[#retired + 1] = name
      retired[#retired + 1] = description
    end
  end
end
return retired
