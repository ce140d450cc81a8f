/**
 * What the wire view says about the frequent mistakes of programs with sockets: a sentence, and the line
 * that is right, in Python and in C.
 */
export const diagnoses = {
  joined: {
    text: 'Two messages came in one read. TCP is a stream of bytes: one send is not one recv. Read into a buffer, and take lines out of it.',
    python: 'for line in sock.makefile(encoding="utf-8"): …',
    c: 'while (getline(&line, &size, fdopen(fd, "r")) > 0) …',
  },
  split: {
    text: 'One message came in several reads. TCP is a stream of bytes: one send is not one recv. Read until the line end has come.',
    python: 'line = sock.makefile(encoding="utf-8").readline()',
    c: "while (!memchr(buf, '\\n', n)) n += recv(fd, buf + n, sizeof buf - n, 0);",
  },
  no_line_end: {
    text: 'The message has no line end, so the server had to wait for more bytes. End each message with a line feed.',
    python: 'sock.sendall((text + "\\n").encode())',
    c: 'dprintf(fd, "%s\\n", text);',
  },
  nul: {
    text: 'NUL bytes follow the message: the program sends its whole buffer. Send the bytes of the text only, and a line feed.',
    python: 'sock.sendall((text + "\\n").encode())',
    c: 'send(fd, text, strlen(text), 0);  /* not sizeof text */',
  },
  length: {
    text: 'The bytes before the message are its length. This server reads lines: leave the length out, and end each message with a line feed.',
    python: 'sock.sendall((text + "\\n").encode())',
    c: 'dprintf(fd, "%s\\n", text);',
  },
  large: {
    text: 'The server has written more than 1024 bytes at once. One recv(1024) returns only a part of it, and the next recv returns the rest. Call recv in a loop.',
    python: 'while data := sock.recv(4096): print(data.decode(), end="", flush=True)',
    c: 'while ((n = recv(fd, buf, sizeof buf, 0)) > 0) write(1, buf, n);',
  },
  flush: {
    text: 'Several messages came together, as from a full buffer or at the end: the program seems not to flush. Flush after each message.',
    python: 'print(text, file=stream, flush=True)',
    c: 'fflush(stream);  /* or once: setvbuf(stream, NULL, _IOLBF, 0) */',
  },
  unread: {
    text: 'The client does not read, so the bytes of the server wait. Call recv while you wait for input, too, with a thread or with select.',
    python: 'threading.Thread(target=receive, daemon=True).start()',
    c: 'poll(fds, 2, -1);  /* standard input and the socket */',
  },
  reset: {
    text: 'The client closed the connection although bytes for it were unread, so its system sent RST. Shut down sending first, then read to the end.',
    python: 'sock.shutdown(socket.SHUT_WR)\nwhile sock.recv(4096): pass',
    c: 'shutdown(fd, SHUT_WR); while (recv(fd, buf, sizeof buf, 0) > 0); close(fd);',
  },
  threads: {
    text: 'One message begins in the middle of another: two threads may send on this socket at once. Send each message with one call, and hold a lock during the call.',
    python: 'with lock: sock.sendall((text + "\\n").encode())',
    c: 'pthread_mutex_lock(&lock); send(fd, line, length, 0); pthread_mutex_unlock(&lock);',
  },
} as const satisfies Record<string, { text: string; python: string; c: string }>

export type Diagnosis = keyof typeof diagnoses
