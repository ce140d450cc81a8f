/**
 * The conversations that one connection follows.
 *
 * MUST follow each of them from the last event that its person has received, so that a terminal
 * misses nothing, also after a restart of the server. A client that remembers its own positions
 * follows from the latest event on.
 */
import type { Conversation, Named } from '../conversation.ts'
import type { LogKey } from '../log.ts'
import type { Cursor, Reader } from '../reader.ts'
import type { Rooms } from '../rooms.ts'
import { positionIn } from './view.ts'

/** Most conversations that a connection follows; the one with the longest silence is given up. */
export const MAX_FOLLOWED = 50
/** Most conversations, those with the latest events, that a returning person learns of. */
const MAX_LISTED = 20

export class Correspondence {
  readonly #rooms: Rooms
  readonly #reader: Reader
  /** The one with the latest event is the last. */
  readonly #followed = new Set<Conversation>()
  /** Conversations to follow after the greeting, which are held. */
  readonly #invitations = new Map<Conversation, Cursor>()
  /** The person who wrote last. */
  lastPeer: Named | undefined

  constructor(rooms: Rooms, reader: Reader) {
    this.#rooms = rooms
    this.#reader = reader
  }

  /** The conversation is about to receive events. */
  invite(conversation: Conversation, id: string, isGreeted: boolean): void {
    if (isGreeted) this.#follow(conversation, id)
    else if (!this.#invitations.has(conversation)) {
      conversation.hold()
      this.#invitations.set(conversation, this.#cursorIn(conversation, id))
    }
  }

  /** The greeting is sent: follows the conversations that have received events meanwhile. */
  begin(): void {
    for (const [conversation, cursor] of this.#invitations) {
      this.#followFrom(conversation, cursor)
      conversation.release()
    }
    this.#invitations.clear()
  }

  #follow(conversation: Conversation, id: string): void {
    if (!this.#followed.delete(conversation)) {
      if (this.#followed.size >= MAX_FOLLOWED) this.#giveUpOldest(id)
      this.#followFrom(conversation, this.#cursorIn(conversation, id))
    }
    this.#followed.add(conversation)
  }

  #cursorIn(conversation: Conversation, id: string): Cursor {
    const read = this.#rooms.people.positionOf(id, conversation.log.key) ?? 0
    return positionIn(conversation, this.#reader.remembersSeat ? read : undefined).cursor
  }

  #followFrom(conversation: Conversation, cursor: Cursor): void {
    this.#followed.add(conversation)
    this.#reader.follow(conversation, cursor)
    conversation.addReader(this.#reader)
    this.#reader.wake()
  }

  /** Its next event is an invitation again. One whose events are not taken yet is followed further. */
  #giveUpOldest(id: string): void {
    const isTaken = (one: Conversation) => this.#reader.seqIn(one) === one.feed.seq
    const oldest = [...this.#followed].find(isTaken)
    if (oldest === undefined) return
    this.#rooms.people.noteSeat(id, this.#reader)
    this.#followed.delete(oldest)
    oldest.removeReader(this.#reader)
    this.#reader.unfollow(oldest)
  }

  /** Keys of the conversations that are followed. */
  get keys(): LogKey[] {
    return [...this.#followed].map(({ log }) => log.key)
  }

  /** Follows a conversation on from `seq`, as at the server before this one. */
  goOn(conversation: Conversation, seq: number | undefined): void {
    this.#followFrom(conversation, positionIn(conversation, seq).cursor)
  }

  /** Follows the conversations of which the person has missed events. */
  async catchUp(id: string): Promise<void> {
    const { people } = this.#rooms
    for (const { key, head } of await this.#stored(id)) {
      if (head <= (people.positionOf(id, key) ?? 0)) continue
      const conversation = await this.#rooms.conversationOf(key)
      if (conversation === undefined) continue
      const [one, other] = conversation.pair
      const peer = one.id === id ? other : one
      const isIgnored = people.ignoredBy(id).some((ignored) => ignored.id === peer.id)
      if (!isIgnored) this.lastPeer ??= peer
      // This node may not have all that the person has read at another.
      await conversation.log.reach?.(head).catch(() => {})
      if (people.readerOf(id) === this.#reader) this.#follow(conversation, id)
      conversation.release()
    }
  }

  /** The conversations of the person, the one with the latest event first. */
  async list(id: string): Promise<{ with: Named; head: number }[]> {
    const list: { with: Named; head: number }[] = []
    for (const { key, head } of await this.#stored(id)) {
      list.push({ with: await this.#rooms.people.directory.peerIn(key, id), head })
    }
    return list
  }

  async #stored(id: string): Promise<{ key: string; head: number }[]> {
    return this.#rooms.store.directLogsOf(id, MAX_LISTED).catch(() => [])
  }

  /** Follows none any more. */
  end(): void {
    this.lastPeer = undefined
    for (const conversation of this.#followed) conversation.removeReader(this.#reader)
    for (const conversation of this.#invitations.keys()) conversation.release()
    this.#followed.clear()
    this.#invitations.clear()
  }
}
