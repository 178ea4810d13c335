"""append.py URL TEXT: appends an event in each mode with requests, and says which."""

import sys

import requests

url, text = sys.argv[1:]
event = {"specversion": "1.0", "id": "structured", "source": "/trial", "type": "tried", "data": {"text": text}}
requests.post(url, json=event, headers={"Content-Type": "application/cloudevents+json"}).raise_for_status()
headers = {"ce-specversion": "1.0", "ce-id": "binary", "ce-source": "/trial", "ce-type": "tried"}
requests.post(url, json={"text": text}, headers=headers).raise_for_status()
print("structured", "binary")
