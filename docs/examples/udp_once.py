"""
Says each line of standard input by UDP exactly once, although datagrams are lost and come twice: it
repeats a message until its own event comes back, and the server keeps one event for each id.
"""
import json
import socket
import sys
import uuid

WAIT_S, TRIES = 1, 10
room = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
room.connect(("127.0.0.1", 8080))        # receives from this address only
room.settimeout(WAIT_S)
token = cookie = None                    # of the last welcome; of a server that asks for proof


def datagram(id, text):
    hello = {"type": "hello", "protocol": 1} | ({"token": token} if token else {})
    lines = [json.dumps(hello), json.dumps({"type": "say", "id": id, "text": text})]
    return "\n".join([cookie, *lines] if cookie else lines).encode()


def is_receipt(message, id):
    """Whether the message is the event of this id, or the server rejects it."""
    global token, cookie
    if message["type"] == "welcome":
        token, cookie = message["token"], None
    if message["type"] == "error":
        cookie = message.get("cookie", cookie)
        if message.get("id") == id:
            sys.exit(message["message"])
    return any(event.get("id") == id for event in message.get("events", []))


def say(text):
    id = str(uuid.uuid4())
    for _ in range(TRIES):
        room.send(datagram(id, text))
        try:
            while not is_receipt(json.loads(room.recv(1024)), id):
                pass
            return
        except TimeoutError:
            pass                         # lost, or slow: the same again
    sys.exit("The server does not answer.")


for line in sys.stdin:
    say(line.rstrip("\n"))
