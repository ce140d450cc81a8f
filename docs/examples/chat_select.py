"""Chats over TCP with one thread: select() waits for the keyboard and the socket. Not on Windows."""
import codecs
import os
import select
import socket
import sys

room = socket.create_connection(("127.0.0.1", 8080))
decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in two pieces
inputs = [room, sys.stdin]
while True:
    ready, _, _ = select.select(inputs, [], [])
    if room in ready:
        data = room.recv(4096)
        if not data:
            break
        print(decoder.decode(data), end="", flush=True)
    if sys.stdin in ready:
        data = os.read(sys.stdin.fileno(), 4096)  # past the buffer, which select() does not see
        room.sendall(data)
        if not data:
            inputs.remove(sys.stdin)
            room.shutdown(socket.SHUT_WR)
