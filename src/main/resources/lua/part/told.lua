-- How much is told of what was appended or changed: how many events or keys, and how many bytes. More is better read. OrderedNews
-- has the bytes too, for what is told by an answer.
local MOST_TOLD, MOST_TOLD_BYTES = 16, 8192
