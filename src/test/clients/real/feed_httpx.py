"""feed_httpx.py URL: follows a feed with httpx-sse, and comes back with the last id."""

import json
import sys
import time

import httpx
from httpx_sse import connect_sse

last = None
with httpx.Client(timeout=60) as client:
    while True:
        try:
            headers = {"Last-Event-ID": last} if last else {}
            with connect_sse(client, "GET", sys.argv[1], headers=headers) as source:
                source.response.raise_for_status()
                for sse in source.iter_sse():
                    sse.json()
                    print(json.dumps({"type": sse.event, "data": sse.data}))
                    last = sse.id
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
