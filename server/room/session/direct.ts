/** What a session says to one other person, and whom it ignores. */
import type { Request } from '../../../shared/dialect/dialect.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import { foldName } from '../../../shared/fold.ts'
import type { DirectSay } from '../../../shared/requests.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import type { Conversation, Named } from '../conversation.ts'
import { checkMessage } from '../message.ts'
import { RELAY_ID } from '../token.ts'
import { type Answer, answerTo } from './answer.ts'
import { replyFrom } from './query.ts'
import { needsReceipt } from './receipt.ts'
import type { Self } from './self.ts'

/** Most UTF-8 bytes of an unknown name that the error repeats. */
const NAME_BYTES = 96
/** Most people that one person can ignore. */
const MAX_IGNORED = 100

type Ignore = Extract<Request, { type: 'ignore' }>
type DirectQuery = Extract<Request, { type: 'history' | 'search' }>

/** The recipient: a name or an id from the client, or a person that the session already knows. */
type Addressee = string | Named

/** Sends a message to one person, present or not. */
export async function direct(
  self: Self,
  { to, text: raw, id, action, reply: seq }: Omit<DirectSay, 'to'> & { to: Addressee },
): Promise<void> {
  const checked = checkMessage(raw, self.rooms.store.secret)
  if (!checked.ok) return self.refuse(checked.fault, id)
  if (self.holdsKey(checked.text)) return self.refuse({ code: 'key_said' }, id)
  const held = await conversationWith(self, to, id)
  const from = self.lastKnown
  if (held === undefined) return
  const { conversation, peer } = held
  const { rules } = self.rooms.hosts
  // A person who may not write can still write to the hosts.
  const fault = rules.isHost(peer.id) ? undefined : self.objectionIn(undefined)
  if (fault !== undefined) {
    conversation.release()
    return self.refuse(fault, id)
  }
  let answer: Answer | undefined
  let unknown: ErrorCode = 'event_unknown'
  try {
    answer = await answerTo(seq, conversation)
  } catch {
    unknown = 'history_unavailable'
  }
  if (answer === undefined) {
    conversation.release()
    return self.refuse({ code: unknown }, id)
  }
  if (from === undefined || self.state !== 'member') return conversation.release()
  self.lastTold = { id: peer.id, name: peer.name }
  const kind = action === true ? 'action' : 'message'
  const draft = {
    kind,
    from,
    text: checked.text,
    ...(id !== undefined && { id }),
    ...answer,
  } as const
  return self.posts.post(conversation, draft, (committed) => {
    conversation.release()
    if (committed === undefined) self.refuse({ code: 'log_unavailable' }, id)
    else if (committed.repeated) {
      self.reply(conversation.eventsMessage([committed.event]), conversation)
    } else if (self.rooms.people.readerOf(peer.id) === undefined) {
      self.reply({ type: 'away', name: peer.name }, conversation)
    } else if (needsReceipt(self, self.memberships.home)) {
      self.reply(conversation.eventsMessage([committed.event]), conversation)
    }
  })
}

/** Sends a message to the person who wrote last. */
export async function reply(self: Self, text: string): Promise<void> {
  const { lastPeer } = self.correspondence
  if (lastPeer === undefined) return self.refuse({ code: 'person_unknown', message: NO_PEER })
  await direct(self, { type: 'direct', to: lastPeer, text })
}

const NO_PEER = 'No direct message has arrived yet. Write one with /msg NAME TEXT.'

/** The reply to `history` or `search` in a conversation. */
export async function askConversation(self: Self, query: DirectQuery, name: string): Promise<void> {
  // The reply includes what this person has just said.
  await self.posts.settled()
  await self.rooms.queries.next()
  const held = await conversationWith(self, name)
  if (held === undefined) return
  const { conversation } = held
  try {
    const answer = await replyFrom(query, conversation, self.lastKnown?.name ?? '')
    self.reply({ ...answer, people: conversation.pair }, conversation)
  } catch {
    self.refuse({ code: 'history_unavailable' })
  } finally {
    conversation.release()
  }
}

/** The held conversation with a person; undefined after an error. */
export async function conversationWith(
  self: Self,
  name: Addressee,
  id?: string,
): Promise<{ conversation: Conversation; peer: Named } | undefined> {
  const peer = await findPeer(self, name, id)
  const { lastKnown } = self
  if (peer === undefined || lastKnown === undefined) return undefined
  try {
    return { conversation: await self.rooms.conversations.hold([lastKnown, peer]), peer }
  } catch {
    self.refuse({ code: 'history_unavailable' }, id)
    return undefined
  }
}

async function findPeer(self: Self, to: Addressee, id?: string): Promise<Named | undefined> {
  const name = typeof to === 'string' ? to : to.name
  let peer: Named | undefined
  try {
    // Not by name: another person may have it now, or an id as their name.
    peer = typeof to === 'string' ? await self.findPerson(to) : await latestOf(self, to)
  } catch {
    self.refuse({ code: 'history_unavailable' }, id)
    return undefined
  }
  const message =
    peer === undefined ? `There is nobody called ${shown(name)}.` : objection(self, peer)
  if (message === undefined) return peer
  self.refuse({ code: 'person_unknown', message }, id)
  return undefined
}

/** The person with their latest name. */
async function latestOf(self: Self, known: Named): Promise<Named> {
  const found = await self.rooms.people.directory.find(known.id)
  return found?.id === known.id ? found : known
}

function objection(self: Self, peer: Named): string | undefined {
  if (peer.id === self.id) return 'That is you.'
  return peer.id === RELAY_ID ? 'The relay receives no direct messages.' : undefined
}

/** The name as the client sent it, safe for a terminal. */
function shown(name: string): string {
  return sanitise(cutUtf8(name, NAME_BYTES))
}

/** Ignores a person, or no longer; without a name, lists those who are ignored. */
export async function ignore(self: Self, { name, on }: Ignore): Promise<void> {
  const { people } = self.rooms
  const { id } = self
  if (id === undefined) return
  const before = people.ignoredBy(id)
  if (name !== undefined) {
    // The person may be known here only, under an earlier name.
    const listed = before.find((one) => one.id === name || foldName(one.name) === foldName(name))
    const peer = listed ?? (await findPeer(self, name))
    if (peer === undefined) return
    const others = before.filter((one) => one.id !== peer.id)
    const isOn = on ?? others.length === before.length
    if (isOn && others.length >= MAX_IGNORED) {
      const message = `You can ignore at most ${MAX_IGNORED} people.`
      return self.refuse({ code: 'bad_message', message })
    }
    people.ignore(id, isOn ? [...others, { id: peer.id, name: peer.name }] : others)
    self.refreshIgnored()
  }
  self.reply({ type: 'ignored', people: [...people.ignoredBy(id)] })
}
