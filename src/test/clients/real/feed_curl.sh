#!/usr/bin/env bash
# feed_curl.sh URL: follows a feed with curl, and comes back with the last id.
id=
while :; do
  event=message
  while IFS= read -r line; do
    case $line in
      'id: '*) next=${line#id: } ;;
      'event: '*) event=${line#event: } ;;
      'data: '*) data=${line#data: } ;;
      '')
        id=${next-}
        # The data is JSON; within a string of JSON its quotes and backslashes are escaped once more.
        if [[ ${data-} ]]; then
          data=${data//\\/\\\\}
          printf '{"type":"%s","data":"%s"}\n' "$event" "${data//\"/\\\"}"
        fi
        event=message data=
        ;;
    esac
  done < <(curl -sN -H "Last-Event-ID: $id" "$1")
  sleep 0.3
done
