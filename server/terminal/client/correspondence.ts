/**
 * The direct messages that a person receives and sends: how far each conversation with another
 * person was shown, and what of it was missed and is to be fetched.
 *
 * Each event of a conversation MUST be shown once, and in the order of its seq.
 */
import { newEvents } from '../../../shared/client/state.ts'
import type { PersonName } from '../../../shared/person.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Direct, ErrorMessage, History, Welcome } from '../../../shared/replies.ts'
import type { ClientMessage } from '../../../shared/requests.ts'
import type { Shown } from '../editor/style.ts'

/** Most missed events of one conversation that are fetched, the latest ones. */
const MOST_MISSED = 200
/** Most events that wait for those before them. Above that they are shown without them. */
const MOST_HELD = 1_000

/** Errors that can be about a request for what was missed. */
const FETCH_FAULTS: ReadonlySet<string> = new Set(['history_unavailable', 'person_unknown'])

type People = Direct['people']

/** Missing events: those between `after` and `before`, which are not included. */
type Gap = {
  after: number
  before: number
  /** seq of the last event that was missed. */
  to: number
  people: People
  /** Events that were fetched, and events that arrived in the meantime; in any order. */
  held: RoomEvent[]
  isAsked: boolean
  /** Whether more was missed than is fetched. */
  isCut: boolean
}

export class Correspondence {
  /** The person from whom the latest direct message came. */
  lastPeer: PersonName | undefined
  #lastAt = ''
  #epoch = ''
  #ownId = ''
  /** seq of the last event shown, by the id of the other person. */
  readonly #shown = new Map<string, number>()
  /** By the id of the other person. */
  readonly #gaps = new Map<string, Gap>()

  /** For a new connection: what was missed is fetched. */
  begin({ you, epoch, direct = [] }: Welcome): void {
    if (epoch !== this.#epoch || you.id !== this.#ownId) this.#shown.clear()
    this.#epoch = epoch
    this.#ownId = you.id
    this.#gaps.clear()
    // The latest conversation is the last to be shown.
    for (const { with: peer, head } of [...direct].reverse()) {
      if (head > this.#shownOf(peer)) this.#open(peer, [peer, you], head)
    }
  }

  /** The requests for what was missed that are due; they count as sent afterwards. */
  requests(): ClientMessage[] {
    return [...this.#gaps]
      .filter(([, { isAsked }]) => !isAsked)
      .map(([direct, gap]) => {
        gap.isAsked = true
        const { before, after } = gap
        return { type: 'history', direct, before, limit: before - after - 1 }
      })
  }

  receive({ people, events }: Direct): Shown[] {
    const peer = this.#peerOf(people)
    const fresh = newEvents(events, this.#shownOf(peer))
    const [first] = fresh
    if (first === undefined) return []
    const isNext = first.seq === this.#shownOf(peer) + 1
    const gap = this.#gaps.get(peer.id)
    if (gap === undefined && isNext) return this.#show(people, fresh)
    const { held } = gap ?? this.#open(peer, people, first.seq - 1)
    held.push(...fresh)
    return held.length > MOST_HELD ? this.#close(peer) : []
  }

  /** Undefined if the reply is not about what was missed. */
  takeHistory({ people, events, leftOut = 0 }: History): Shown[] | undefined {
    if (people === undefined) return undefined
    const peer = this.#peerOf(people)
    const gap = this.#gaps.get(peer.id)
    // The reply to /msg NAME has the latest events.
    if (gap?.isAsked !== true || events.some(({ seq }) => seq >= gap.before)) return undefined
    gap.people = people
    gap.held.push(...events)
    const before = events[0]?.seq ?? gap.after + leftOut + 1
    if (leftOut === 0 || before <= gap.after + 1 || before >= gap.before) return this.#close(peer)
    gap.before = before
    gap.isAsked = false
    return []
  }

  /** An error that can be about a request of `requests` ends the oldest one. */
  refused({ code, id }: ErrorMessage): Shown[] {
    const gap = [...this.#gaps.values()].find(({ isAsked }) => isAsked)
    if (gap === undefined || id !== undefined || !FETCH_FAULTS.has(code)) return []
    const peer = this.#peerOf(gap.people)
    const line = `! What you missed of ${peer.name} could not be read; /msg NAME shows the latest.`
    return [{ type: 'lines', lines: [line] }, ...this.#close(peer)]
  }

  /** `to`: seq of the last event that was missed. */
  #open(peer: PersonName, people: People, to: number): Gap {
    const shown = this.#shownOf(peer)
    const after = Math.max(shown, to - MOST_MISSED)
    const isCut = after > shown
    const gap = { after, before: to + 1, to, people, held: [], isAsked: false, isCut }
    this.#gaps.set(peer.id, gap)
    return gap
  }

  /** Shows what has arrived. Events that have not, such as those of ignored people, are passed. */
  #close(peer: PersonName): Shown[] {
    const gap = this.#gaps.get(peer.id)
    if (gap === undefined) return []
    this.#gaps.delete(peer.id)
    const ordered = gap.held.toSorted((one, other) => one.seq - other.seq)
    const events = newEvents(ordered, this.#shownOf(peer))
    this.#shown.set(peer.id, gap.to)
    const line = `* You missed more messages of ${peer.name} than can be shown; these are the latest.`
    const notice: Shown[] = gap.isCut ? [{ type: 'lines', lines: [line] }] : []
    return [...notice, ...this.#show(gap.people, events)]
  }

  #show(people: People, events: RoomEvent[]): Shown[] {
    const last = events.at(-1)
    if (last === undefined) return []
    const peer = this.#peerOf(people)
    this.#shown.set(peer.id, Math.max(last.seq, this.#shownOf(peer)))
    const theirs = events.findLast(({ from, act }) => from.id === peer.id && !act)
    // What was missed of another conversation can be older than what was shown before.
    if (theirs !== undefined && theirs.at >= this.#lastAt) {
      this.#lastAt = theirs.at
      this.lastPeer = peer
    }
    return [{ type: 'direct', people, events }]
  }

  #shownOf({ id }: PersonName): number {
    return this.#shown.get(id) ?? 0
  }

  #peerOf([one, other]: People): PersonName {
    return one.id === this.#ownId ? other : one
  }
}
