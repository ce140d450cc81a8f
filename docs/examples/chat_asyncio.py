"""Chats over TCP with asyncio: a task for each direction. Not on Windows."""
import asyncio
import sys


async def send(writer):
    keyboard = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(keyboard)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await keyboard.readline():
        writer.write(line)
        await writer.drain()             # waits if the server reads slowly
    writer.write_eof()                   # nothing more is sent


async def main():
    room, writer = await asyncio.open_connection("127.0.0.1", 8080)
    sending = asyncio.create_task(send(writer))
    while line := await room.readline():
        print(line.decode(errors="replace"), end="", flush=True)
    sending.cancel()


asyncio.run(main())
