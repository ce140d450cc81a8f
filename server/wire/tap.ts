/**
 * Listens at a socket: what the kernel gives it, and what it gives the kernel. It takes the place of
 * the methods with which node:net implements its stream, so a socket that nobody listens to costs
 * nothing, and one write here is one system call.
 *
 * MUST pass everything on, in order, and MUST give the methods back.
 */
import type { Socket } from 'node:net'
import type { LabFault } from '../../shared/wire.ts'
import { startReading } from '../net/raw/socket.ts'
import type { Clock } from '../room/clock.ts'
import type { Heard, Tapped } from './carrier.ts'
import { Lane } from './lane.ts'

const NOTHING = Buffer.alloc(0)
/** The encoding of a Buffer, as a stream gives it to its implementer. */
const BINARY = 'buffer' as BufferEncoding

type Chunk = { chunk: Buffer | string; encoding: BufferEncoding }
type Done = (error?: Error | null) => void
/** Methods of a Duplex for its implementer (node:stream). */
type Inner = {
  push(chunk: unknown, encoding?: BufferEncoding): boolean
  _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void
  _writev: ((chunks: Chunk[], done: Done) => void) | null | undefined
  _final(done: Done): void
}

export function listenAt(socket: Socket, clock: Clock, hear: (heard: Heard) => void): Tapped {
  const own = socket as unknown as Partial<Inner>
  const inner = Object.getPrototypeOf(socket) as Inner
  /** Made when something is done to the wire, for the first time. */
  let lanes: { in: Lane; out: Lane } | undefined
  let isOver = false
  /** Whether the lab has ended the side of the server, which cannot be taken back. */
  let isHalf = false

  function read(bytes: Buffer): boolean {
    hear({ type: 'read', bytes })
    return inner.push.call(socket, bytes)
  }
  function readEnd(): boolean {
    hear({ type: 'client ended' })
    return inner.push.call(socket, null)
  }
  own.push = (chunk, encoding) => {
    if (chunk === null) {
      if (lanes === undefined) return readEnd()
      lanes.in.put(NOTHING, () => {
        readEnd()
        socket.read(0)
      })
      return true
    }
    if (!Buffer.isBuffer(chunk)) return inner.push.call(socket, chunk, encoding)
    if (lanes === undefined) return read(chunk)
    lanes.in.put(chunk, () => {})
    return !lanes.in.isFull
  }
  function write(chunks: readonly Chunk[], done: Done): void {
    const bytes = Buffer.concat(chunks.map(bytesOf))
    lanes?.out.put(bytes, done)
  }
  own._write = (chunk, encoding, done) => {
    if (lanes !== undefined) return write([{ chunk, encoding }], done)
    const bytes = bytesOf({ chunk, encoding })
    // The server writes nothing to learn when the kernel has taken the rest.
    if (bytes.length > 0) hear({ type: 'write', pieces: [bytes] })
    inner._write.call(socket, chunk, encoding, done)
  }
  own._writev = (chunks, done) => {
    if (lanes !== undefined) return write(chunks, done)
    const pieces = chunks.map(bytesOf).filter(({ length }) => length > 0)
    if (pieces.length > 0) hear({ type: 'write', pieces })
    inner._writev?.call(socket, chunks, done)
  }
  own._final = (done) => {
    if (isHalf) return done()
    hear({ type: 'server ended' })
    inner._final.call(socket, done)
  }
  const socketOnError = (error: NodeJS.ErrnoException): void => {
    hear({ type: 'reset', code: error.code ?? error.message })
  }
  const socketOnClose = (): void => {
    hear({ type: 'closed' })
    lanes?.in.drop()
    lanes?.out.drop()
    stop()
  }
  socket.on('error', socketOnError)
  socket.on('close', socketOnClose)

  function makeLanes(): { in: Lane; out: Lane } {
    return {
      in: new Lane(clock, (bytes, passed) => {
        read(bytes)
        passed()
        // The kernel was not asked for more while the lane was full.
        startReading(socket)
      }),
      out: new Lane(clock, (bytes, passed) => {
        hear({ type: 'write', pieces: [bytes] })
        inner._write.call(socket, bytes, BINARY, passed)
      }),
    }
  }
  function stop(): void {
    if (isOver) return
    isOver = true
    lanes?.in.flush()
    lanes?.out.flush()
    for (const method of ['push', '_write', '_writev', '_final'] as const) delete own[method]
    socket.off('error', socketOnError)
    socket.off('close', socketOnClose)
  }
  function lab(fault: LabFault | undefined): void {
    if (isOver || (fault === undefined && lanes === undefined)) return
    lanes ??= makeLanes()
    lanes.in.fault = fault === 'half' ? undefined : fault
    // A server that stops reading still writes.
    lanes.out.fault = fault === 'stop' ? undefined : fault
    if (fault !== 'half' || isHalf) return
    isHalf = true
    hear({ type: 'server ended' })
    inner._final.call(socket, () => {})
  }
  return { stop, lab }
}

function bytesOf({ chunk, encoding }: Chunk): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding)
}
