/**
 * A client that waits outside: one that types gives the room code, or a line that hosts see; any
 * other waits until a host lets it in.
 */
import { limits } from '../../../shared/limits.ts'
import { checkName } from '../../../shared/names.ts'
import type { Admit } from '../../../shared/requests.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import type { Caller, Knocks } from '../doors/knocks.ts'
import { Bucket } from '../rate.ts'
import { enter } from './arrival.ts'
import type { Greeting, Self } from './self.ts'

/** A knock: its handle, and what the client has sent first. */
type Knock = { handle: number; text: string }

/** A program that streams lines would use up the wrong codes of its address. */
const TRIES = { perSecond: 0.1, burst: 3 }
const WAIT = 'You are waiting for a host. In ten seconds, you can type the code again.'
const WAITING = 'You are waiting until a host lets you in.'
const AWAY = 'The database is away. Try again in a moment.'
const FULL = 'Too many are waiting outside. Try again later.'

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

  /** What the client that knocks has sent first; undefined if it does not knock. */
  get knock(): string | undefined {
    return this.#knock?.text
  }

  /** Knocks again, as at the server before this one. */
  knockAgain(text: string): void {
    const { name } = this.#self.hello
    this.#add({ text, ...(name !== undefined && { name }) })
  }

  /** The client has typed a line: the code, or its first message. */
  async take(line: string): Promise<void> {
    const self = this.#self
    if (self.refusal === 'approval_needed') return this.#takeApproved(line)
    if (this.#knock !== undefined && this.#tries.take(self.rooms.clock.monotonic()) > 0) {
      return self.refuse({ code: 'code_needed', message: WAIT })
    }
    if (!(await this.#staysOutside({ ...self.hello, code: line }))) return
    // The right code is rejected, too, while there are too many wrong ones: it must not be said.
    if (this.#knock !== undefined || self.refusal !== 'code_wrong') return
    this.#add({ text: cleaned(line) })
  }

  /** A line of a client that has given the code, if one is needed. */
  async #takeApproved(line: string): Promise<void> {
    const self = this.#self
    if (self.rooms.hosts.rules.needsApproval) {
      if (this.#knock !== undefined) {
        return self.refuse({ code: 'approval_needed', message: WAITING })
      }
      const isAdded = this.#add({ text: cleaned(line) })
      return isAdded ? this.#tellWaiting() : self.refuse({ code: 'too_fast', message: FULL })
    }
    await this.#staysOutside(self.hello)
    if (self.state === 'member') await this.#say(line)
  }

  /** Tries a hello. False if the client is outside no more, or a host has decided meanwhile. */
  async #staysOutside(hello: Greeting): Promise<boolean> {
    const self = this.#self
    await enter(self, hello, undefined)
    if (self.state !== 'outside') this.end()
    else if (this.#decision !== undefined) this.#decided(this.#decision)
    else return true
    return false
  }

  /** A client that does not type waits. Its hello has the name that hosts see. */
  begin(): void {
    const self = this.#self
    const { name } = self.hello
    const checked = name === undefined ? undefined : checkName(name)
    if (checked?.ok === false || !this.#add({ text: '', ...(checked && { name: checked.name }) })) {
      self.state = 'new'
      self.refuse(checked?.ok === false ? checked.fault : { code: 'too_fast', message: FULL })
    } else this.#tellWaiting()
  }

  #tellWaiting(): void {
    this.#self.reply({ type: 'knocking', message: WAITING })
  }

  /** False if too many wait already. */
  #add(caller: Caller): boolean {
    const { rooms, reader } = this.#self
    const decide = (isAdmitted: boolean): void => this.#decided(isAdmitted)
    const handle = rooms.doors.knocks.add(reader.source, caller, decide)
    if (handle !== undefined) this.#knock = { handle, text: caller.text }
    return handle !== undefined
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

  /** Another person may have taken the name meanwhile. */
  async #comeIn({ text }: Knock): Promise<void> {
    const self = this.#self
    self.isAdmitted = true
    await enter(self, { ...self.hello, take: 'suggestion' }, undefined)
    this.#entering = undefined
    if (self.state === 'member' && text !== '') await this.#say(text)
  }

  /** The client has come in, or has left. */
  end(): void {
    if (this.#knock !== undefined) this.#self.rooms.doors.knocks.remove(this.#knock.handle)
    this.#knock = undefined
  }
}

function cleaned(line: string): string {
  return cutUtf8(sanitise(line), limits.textBytes)
}

/** A host lets a client in, or turns it away. */
export async function admit(self: Self, { id, on }: Admit): Promise<void> {
  if (!self.isHost || self.id === undefined) return self.refuse({ code: 'not_host' })
  let outcome: Awaited<ReturnType<Knocks['decide']>>
  try {
    outcome = await self.rooms.doors.knocks.decide(id, on, self.id)
  } catch {
    return self.refuse({ code: 'log_unavailable', message: AWAY })
  }
  if (outcome === 'decided') return
  const unknown = id === undefined ? 'Nobody waits outside.' : 'Nobody waits under this number.'
  const unread = 'The client that you mean is not the first any more. Look again.'
  self.refuse({ code: 'bad_message', message: outcome === 'unread' ? unread : unknown })
}

/** Whether new people wait, for a host who asks. */
export async function showApproval(self: Self): Promise<void> {
  if (!self.isHost) return self.refuse({ code: 'not_host' })
  // The reply includes what this host has just done.
  await self.posts.settled()
  self.reply({ type: 'approval_is', on: self.rooms.hosts.rules.needsApproval })
}
