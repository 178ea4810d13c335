"""feed_requests.py URL: follows a feed with requests, and comes back with the last id."""

import json
import sys
import time

import requests


def follow(url, last):
    event, data = "message", None
    headers = {"Accept": "text/event-stream"}
    if last:
        headers["Last-Event-ID"] = last
    with requests.get(url, headers=headers, stream=True) as answer:
        answer.raise_for_status()
        # Bytes, since text is split at U+0085 and U+2028 too.
        for line in answer.iter_lines(chunk_size=1):
            field, _, value = line.decode().partition(": ")
            if field == "id":
                last = value
            elif field == "event":
                event = value
            elif field == "data":
                data = value
            elif not line:
                if data is not None:
                    print(json.dumps({"type": event, "data": data}))
                event, data = "message", None
                yield last


last = None
while True:
    try:
        for last in follow(sys.argv[1], last):
            pass
    except requests.RequestException:
        pass
    time.sleep(0.3)
