"""A chat client: a thread prints what the room says; the main thread sends what you type."""
import os
import socket
import sys
import threading

HOST, PORT = "127.0.0.1", 8080
CODE = ""  # the room code, if the room needs one

room = socket.create_connection((HOST, PORT))


def listen():
    for line in room.makefile(encoding="utf-8"):
        print(line, end="", flush=True)
    os._exit(0)  # the main thread may be waiting for the keyboard


threading.Thread(target=listen).start()
if CODE:
    room.sendall(f"{CODE}\n".encode())
for line in sys.stdin:
    room.sendall(line.encode())
room.shutdown(socket.SHUT_WR)  # nothing more is typed: the room says goodbye
