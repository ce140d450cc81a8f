"""
Says each line of standard input exactly once, and prints every message exactly once, even
if the connection breaks: it reconnects, resumes, and repeats what was not acknowledged.
"""
import json
import os
import select
import socket
import sys
import time
import uuid

ADDRESS = ("127.0.0.1", 8080)
FIRST_WAIT_S, LONGEST_WAIT_S = 1, 30

token = epoch = None     # from the last welcome
seq = 0                  # of the last message that was printed
pending = {}             # id -> text, said and not yet acknowledged; in order
unfinished = b""         # the line of the input that has not ended


def hello():
    message = {"type": "hello", "protocol": 1}
    if token:
        message |= {"token": token, "epoch": epoch, "seq": seq}
    return message


def say(room, id, text):
    room.sendall((json.dumps({"type": "say", "id": id, "text": text}) + "\n").encode())


def show(event):
    global seq
    pending.pop(event.get("id"), None)       # our own message: it is on disk now
    if event["seq"] <= seq:
        return                               # the answer to a repeated message
    seq = event["seq"]
    text = event["text"].replace("\n", "\n  | ")    # a text must not look like another message
    print(f"{event['from']['name']}: {text}", flush=True)


def receive(room, message):
    global token, epoch, seq
    if message["type"] == "welcome":
        if not message["resumed"]:           # a first visit, or a reset
            seq = message["head"]
        token, epoch = message["token"], message["epoch"]
        for id, text in pending.items():
            say(room, id, text)
    elif message["type"] == "events":
        for event in message["events"]:
            show(event)
    elif message["type"] == "error":
        print(f"! {message['message']}", file=sys.stderr)
        if message["code"] != "log_unavailable":
            pending.pop(message.get("id"), None)     # it will not be accepted later either


def say_input(room):
    """Says the lines that have arrived. Returns False at the end of the input."""
    global unfinished
    chunk = os.read(sys.stdin.fileno(), 65536)
    *lines, unfinished = (unfinished + chunk).split(b"\n")
    if not chunk:
        lines, unfinished = [unfinished], b""
    for line in lines:
        if line.strip():
            id = str(uuid.uuid4())
            pending[id] = line.decode(errors="replace")
            say(room, id, pending[id])
    return chunk != b""


def talk(room):
    """Returns True when the input has ended and every line of it was acknowledged."""
    room.sendall((json.dumps(hello()) + "\n").encode())
    rest, welcomed, input_open = b"", False, True
    while input_open or pending:
        inputs = [room] + ([sys.stdin] if input_open and welcomed else [])
        ready, _, _ = select.select(inputs, [], [])
        if room in ready:
            chunk = room.recv(65536)
            if not chunk:
                return False
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if not line.startswith(b"{"):
                    continue             # a greeting in text, sent before our hello was read
                message = json.loads(line)
                receive(room, message)
                welcomed = welcomed or message["type"] == "welcome"
        if sys.stdin in ready:
            input_open = say_input(room)
    room.sendall(b'{"type":"bye"}\n')
    return True


wait = FIRST_WAIT_S
while True:
    try:
        with socket.create_connection(ADDRESS) as room:
            if talk(room):
                break
            wait = FIRST_WAIT_S
    except OSError as error:
        print(f"! {error}; trying again in {wait} s", file=sys.stderr)
    time.sleep(wait)
    wait = min(2 * wait, LONGEST_WAIT_S)
