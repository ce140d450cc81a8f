/** A client that waits outside: it sends the room code, or waits until a host lets it in. */
import { limits } from '../../../shared/limits.ts'
import type { Admit } from '../../../shared/protocol.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import { enter } from './arrival.ts'
import type { Self } from './self.ts'

/** A knock: its number, and what the client has sent first. */
type Knock = { id: number; text: string }

export class Outside {
  readonly #self: Self
  /** Says a message for the client, after it has come in. */
  readonly #say: (text: string) => Promise<void> | void
  #knock: Knock | undefined
  /** Resolves when a client that a host has let in is inside. */
  #entering: Promise<void> | undefined

  constructor(self: Self, say: (text: string) => Promise<void> | void) {
    this.#self = self
    this.#say = say
  }

  /** Set while the client comes in because a host has let it in. */
  get entering(): Promise<void> | undefined {
    return this.#entering
  }

  /** The client has typed a line: the code, or its first message. */
  async take(line: string): Promise<void> {
    const self = this.#self
    await enter(self, { ...self.hello, code: line }, undefined)
    if (self.state !== 'outside') return this.end()
    if (this.#knock !== undefined) return
    const text = cutUtf8(sanitise(line), limits.textBytes)
    const { doors } = self.rooms
    const id = doors.knocks.add(self.reader.source, text, (isAdmitted) => this.#decided(isAdmitted))
    if (id !== undefined) this.#knock = { id, text }
  }

  #decided(isAdmitted: boolean): void {
    const self = this.#self
    const knock = this.#knock
    this.#knock = undefined
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
