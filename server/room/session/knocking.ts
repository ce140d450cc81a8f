/** A client that waits outside: it sends the room code, or waits until a host lets it in. */
import { limits } from '../../../shared/limits.ts'
import type { Admit } from '../../../shared/protocol.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import { Bucket } from '../rate.ts'
import { enter } from './arrival.ts'
import type { Self } from './self.ts'

/** A knock: its number, and what the client has sent first. */
type Knock = { id: number; text: string }

/** A program that streams lines would use up the wrong codes of its address. */
const TRIES = { perSecond: 0.1, burst: 3 }
const WAIT = 'You are waiting for a host. In ten seconds, you can type the code again.'

export class Outside {
  readonly #self: Self
  /** Says a message for the client, after it has come in. */
  readonly #say: (text: string) => Promise<void> | void
  #knock: Knock | undefined
  /** What a host has decided while a line of the client was checked. */
  #decision: boolean | undefined
  /** Resolves when a client that a host has let in is inside. */
  #entering: Promise<void> | undefined

  /** Lines of a knocking client that count as codes. */
  readonly #tries: Bucket

  constructor(self: Self, say: (text: string) => Promise<void> | void) {
    this.#self = self
    this.#tries = new Bucket(TRIES, self.rooms.clock.monotonic())
    this.#say = say
  }

  /** Set while the client comes in because a host has let it in. */
  get entering(): Promise<void> | undefined {
    return this.#entering
  }

  /** The client has typed a line: the code, or its first message. */
  async take(line: string): Promise<void> {
    const self = this.#self
    if (this.#knock !== undefined && this.#tries.take(self.rooms.clock.monotonic()) > 0) {
      return self.refuse({ code: 'code_needed', message: WAIT })
    }
    await enter(self, { ...self.hello, code: line }, undefined)
    if (self.state !== 'outside') return this.end()
    if (this.#decision !== undefined) return this.#decided(this.#decision)
    // The right code is rejected, too, while there are too many wrong ones: it must not be said.
    if (this.#knock !== undefined || self.refusal !== 'code_wrong') return
    const text = cutUtf8(sanitise(line), limits.textBytes)
    const { doors } = self.rooms
    const id = doors.knocks.add(self.reader.source, text, (isAdmitted) => this.#decided(isAdmitted))
    if (id !== undefined) this.#knock = { id, text }
  }

  #decided(isAdmitted: boolean): void {
    const self = this.#self
    const knock = this.#knock
    if (knock !== undefined && self.state === 'entering') {
      this.#decision = isAdmitted
      return
    }
    this.#knock = this.#decision = undefined
    if (knock === undefined || self.state !== 'outside') return
    if (isAdmitted) this.#entering = this.#comeIn(knock).catch(() => self.reader.lost())
    else self.reader.close('turned_away')
  }

  async #comeIn({ text }: Knock): Promise<void> {
    const self = this.#self
    await enter(self, self.hello, undefined, true)
    this.#entering = undefined
    if (self.state === 'member') await this.#say(text)
  }

  /** The client has come in, or has left. */
  end(): void {
    if (this.#knock !== undefined) this.#self.rooms.doors.knocks.remove(this.#knock.id)
    this.#knock = undefined
  }
}

/** A host lets a client in, or turns it away. */
export function admit(self: Self, { id, on }: Admit): void {
  if (!self.isHost) {
    self.refuse({ code: 'not_host' })
  } else if (!self.rooms.doors.knocks.decide(id, on)) {
    self.refuse({ code: 'bad_message', message: 'Nobody waits under this number.' })
  }
}
