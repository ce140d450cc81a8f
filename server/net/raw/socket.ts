/**
 * What a socket does below its stream. When a socket is given to another process, the stream does not
 * tell how much of its output the kernel has, and it reads ahead also while it is paused. Node has no
 * public interface for either, so this file uses the handle (node:net, since Node 10).
 */
import type { Server, Socket } from 'node:net'

/** `bytesWritten`: given to the handle. `writeQueueSize`: of these, not taken by the kernel yet. */
type Handle = {
  reading: boolean
  readStart(): void
  readStop(): void
  bytesWritten: number
  writeQueueSize: number
}

/** Undefined when the socket is closed. */
function handleOf(socket: Socket): Handle | undefined {
  return (socket as unknown as { _handle: Handle | null })._handle ?? undefined
}

/** Leaves what is not read yet in the kernel. */
export function stopReading(socket: Socket): void {
  socket.pause()
  const handle = handleOf(socket)
  if (handle === undefined) return
  handle.reading = false
  handle.readStop()
}

/** A connection that nothing has interpreted yet. `bytes`: those that are read from it already. */
export type Unread = { socket: Socket; bytes: Uint8Array }

/** Reads no more of the socket. `held`: the bytes that its caller has, which come first. */
export function takeUnread(socket: Socket, held: Uint8Array): Unread {
  // First, because read() makes the handle read again.
  const rest: Buffer | null = socket.read()
  stopReading(socket)
  return { socket, bytes: rest === null ? held : Buffer.concat([held, rest]) }
}

/** Reads again, after `stopReading` in this process or another one. */
export function startReading(socket: Socket): void {
  const handle = handleOf(socket)
  if (handle === undefined || handle.reading) return
  handle.reading = true
  handle.readStart()
}

/** Bytes that were written to the socket, and that the kernel has not taken at this moment. */
export function unsentBytes(socket: Socket): number {
  const handle = handleOf(socket)
  if (handle === undefined) return 0
  return socket.bytesWritten - handle.bytesWritten + handle.writeQueueSize
}

/** The descriptor with which a server listens; not on Windows. */
export function descriptorOf(server: Server): number {
  return (server as unknown as { _handle: { fd: number } })._handle.fd
}

/** What a server listens with, which another one can listen with: `Server.listen` accepts it. */
export type Listening = { close(): void }

/** Takes the listening socket away from a server, which goes on as one that does not listen. */
export function takeListening(server: Server): Listening | undefined {
  const owner = server as unknown as { _handle: Listening | null }
  const handle = owner._handle ?? undefined
  owner._handle = null
  return handle
}
