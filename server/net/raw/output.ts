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
import { Lockstep, oneReadChunks, READ_BYTES } from './lockstep.ts'

/** Bytes above which short writes run together in the client's receive buffer anyway. */
const CROWDED_BYTES = 4 * READ_BYTES
/** Untaken bytes of output at which telnet negotiation gets no reply. */
const UNTAKEN_BYTES = 131_072

export class RawOutput {
  readonly #socket: Socket
  readonly #input: RawInput
  readonly #tally: Tally
  readonly #lockstep: Lockstep

  constructor(socket: Socket, input: RawInput, tally: Tally) {
    this.#socket = socket
    this.#input = input
    this.#tally = tally
    this.#lockstep = new Lockstep((chunk, done) => socket.write(chunk, () => done()))
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
    this.#socket.write(Uint8Array.from(bytes))
  }

  /** As `Transport.write`. */
  write(parts: readonly Part[], done: () => void): boolean {
    const slices = framedSlices(parts, this.#input.isTelnet ? crlfFraming : lfFraming)
    const size = sizeOf(slices)
    this.#tally.bytesOut += size
    if (this.#lockstep.isOn) {
      this.#lockstep.write(Buffer.concat(slices, size), done)
      return false
    }
    if (size > READ_BYTES && size <= CROWDED_BYTES && this.#input.mayReadOnce) {
      for (const slice of slices) {
        for (const chunk of oneReadChunks(slice)) this.#socket.write(chunk)
      }
    } else {
      writeSlices(this.#socket, slices, size)
    }
    return isTaken(this.#socket, done)
  }
}
