# Runs a command, and ends it when standard input ends: the other end of that pipe is held by the parent and
# closes with it, however it dies. Started in a session of its own, so that neither Ctrl-C nor the killing of
# the parent's process group comes before that.
trap '' HUP INT
# A background job's standard input is /dev/null, hence the copy.
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
trap 'kill -TERM $server' TERM
(
  trap - TERM
  while read -r line; do :; done <&3
  kill -TERM $server
) &
watcher=$!
exec 3<&-
wait $server
while kill -0 $server 2>/dev/null; do wait $server; done
kill -TERM $watcher 2>/dev/null
