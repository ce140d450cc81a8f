"""Chats by UDP: each line of standard input is a datagram, and each datagram that comes is printed."""
import select
import socket
import sys

SERVER = ("127.0.0.1", 8080)
room = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

text = "hello"                           # the first datagram makes you a member
room.sendto(text.encode(), SERVER)
while text != "bye":
    ready, _, _ = select.select([sys.stdin, room], [], [])
    if room in ready:
        datagram, sender = room.recvfrom(1024)
        if sender == SERVER:             # any program can send to this socket
            print(datagram.decode(), end="", flush=True)
    if sys.stdin in ready:
        text = sys.stdin.readline().rstrip("\n") or "bye"
        room.sendto(text.encode(), SERVER)
