/**
 * The output of a raw connection: parts → bytes on its socket, in the pieces that its program can
 * read. The input has what is known of the program.
 */
import type { Socket } from 'node:net'
import type { Part } from '../../room/encoded.ts'
import type { Tally } from '../../room/tally.ts'
import { isTaken } from '../connection/transport.ts'
import { crlfFraming, framedSlices, lfFraming, sizeOf, writeSlices } from './framing.ts'
import type { RawInput } from './input.ts'
import { javaStrings } from './javautf.ts'
import { Lockstep, type LockstepState, oneReadChunks, READ_BYTES } from './lockstep.ts'
import { unsentBytes } from './socket.ts'

/** Bytes above which short writes run together in the client's receive buffer anyway. */
const CROWDED_BYTES = 4 * READ_BYTES
/** Untaken bytes of output at which telnet negotiation gets no reply. */
const UNTAKEN_BYTES = 131_072

type HandedOutput = { lockstep: LockstepState; linesWritten: number; unsent: Uint8Array }

const NOTHING: readonly Uint8Array[] = []

export class RawOutput {
  readonly #socket: Socket
  readonly #input: RawInput
  readonly #tally: Tally
  readonly #lockstep: Lockstep
  /** Lines written so far. */
  lines = 0
  /** The last slices written, which have all bytes that the kernel may not have taken yet. */
  #untaken: readonly Uint8Array[] = NOTHING

  constructor(socket: Socket, input: RawInput, tally: Tally) {
    this.#socket = socket
    this.#input = input
    this.#tally = tally
    this.#lockstep = new Lockstep((chunk, done) => {
      const bytes = input.readsJavaStrings ? javaStrings(chunk) : chunk
      socket.write(bytes, () => done())
      this.#keepUntaken([bytes])
    })
  }

  /** The state of lockstep mode. Nothing is to be written after it. */
  get state(): LockstepState {
    return this.#lockstep.state
  }

  /** Goes on where another output was. `unsent`: see `takeUnsent`. */
  goOn({ lockstep, linesWritten, unsent }: HandedOutput): void {
    this.#lockstep.goOn(lockstep)
    this.lines = linesWritten
    if (unsent.length === 0) return
    this.#socket.write(unsent)
    this.#keepUntaken([unsent])
  }

  /**
   * Closes the socket in this process, and returns the last bytes written, which the kernel has not
   * taken. MUST NOT give the event loop a turn in between, in which it could take some of them.
   */
  takeUnsent(): Uint8Array {
    const bytes = Buffer.concat(this.#untaken)
    const unsent = bytes.subarray(bytes.length - unsentBytes(this.#socket))
    this.#socket.destroy()
    return unsent
  }

  /** Keeps as much as the stream counts: one write of the outbox, and some replies of telnet. */
  #keepUntaken(slices: readonly Uint8Array[]): void {
    let left = this.#socket.writableLength
    if (left === 0) {
      this.#untaken = NOTHING
      return
    }
    const all = this.#untaken.concat(slices)
    let first = all.length
    while (left > 0 && first > 0) left -= (all[--first] as Uint8Array).length
    this.#untaken = all.slice(first)
  }

  get isInLockstep(): boolean {
    return this.#lockstep.isOn
  }

  /** Whether bytes wait for the client's next message. */
  get isHeld(): boolean {
    return this.#lockstep.isHolding
  }

  setLockstep(on: boolean): void {
    this.#lockstep.set(on)
  }

  /** The client has sent a message. */
  received(): void {
    this.#lockstep.received()
  }

  /** Telnet negotiation. A client that reads nothing MUST NOT fill the memory with replies. */
  negotiate(bytes: readonly number[]): void {
    if (bytes.length === 0 || this.#socket.writableLength > UNTAKEN_BYTES) return
    this.#tally.bytesOut += bytes.length
    const reply = Uint8Array.from(bytes)
    this.#socket.write(reply)
    this.#keepUntaken([reply])
  }

  /** As `Transport.write`. */
  write(parts: readonly Part[], done: () => void): boolean {
    const slices = framedSlices(parts, this.#input.isTelnet ? crlfFraming : lfFraming)
    const size = sizeOf(slices)
    this.#tally.bytesOut += size
    for (const { encoded, omit } of parts) this.lines += encoded.units.length - omit.length
    if (this.#lockstep.isOn) {
      this.#lockstep.write(Buffer.concat(slices, size), done)
      return false
    }
    if (this.#input.readsJavaStrings) {
      const strings = javaStrings(Buffer.concat(slices, size))
      this.#socket.write(strings)
      this.#keepUntaken([strings])
    } else if (size > READ_BYTES && size <= CROWDED_BYTES && this.#input.mayReadOnce) {
      for (const slice of slices) {
        for (const chunk of oneReadChunks(slice)) this.#socket.write(chunk)
      }
      this.#keepUntaken(slices)
    } else {
      writeSlices(this.#socket, slices, size)
      this.#keepUntaken(slices)
    }
    if (this.#socket.writableLength === 0) return true
    return isTaken(this.#socket, () => {
      this.#untaken = NOTHING
      done()
    })
  }
}
