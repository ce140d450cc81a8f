"""A bot: says the time when a person asks for it. JSON, one object per line, over TCP."""
import json
import socket
import time

room = socket.create_connection(("127.0.0.1", 8080))


def send(message):
    room.sendall((json.dumps(message) + "\n").encode())


send({"type": "hello", "protocol": 1, "name": "clock", "take": "suggestion"})
for line in room.makefile(encoding="utf-8"):
    if not line.startswith("{"):
        continue  # The greeting for people at terminals, if the server did not wait for the hello.
    message = json.loads(line)
    for event in message["events"] if message["type"] == "events" else []:
        if event["text"] == "what time is it?":
            send({"type": "say", "text": time.strftime("It is %H:%M.")})
