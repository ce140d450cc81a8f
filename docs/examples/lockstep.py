import socket

room = socket.create_connection(("127.0.0.1", 8080))
print(room.recv(1024).decode())          # the greeting
while True:
    text = input("> ")
    room.sendall(text.encode())          # no newline: a pause ends the message
    if text == "bye":
        break
    print(room.recv(1024).decode())      # your own line, and what others said
