/**
 * The texts of the page in English, as far as the first load needs them. Every other language
 * has one file with the same keys, and with those of `english.more.ts`.
 */
import type { ErrorCode } from '../../shared/errors.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { viaWord } from '../../shared/via.ts'
import type { MoreTexts } from './english.more.ts'

export const english = {
  tag: 'en' as string,
  direction: 'ltr' as 'ltr' | 'rtl',
  /** The server's texts are in English. */
  errors: {} as Partial<Record<ErrorCode, string>>,
  /** The command table has English summaries. */
  commands: {} as Record<string, string>,

  lead: 'One room for browsers and terminals.',
  leadIn: (room: string) => `The room ${room}, for browsers and terminals.`,
  yourName: 'Your name',
  join: 'Join',
  joining: 'Joining …',
  leave: 'Leave',
  search: 'Search',
  settings: 'Settings',

  messages: 'Messages',
  pending: 'Pending messages',
  newLine: 'New',
  topicSet: (name: string, topic: string) =>
    topic === '' ? `${name} removed the topic` : `${name} set the topic: ${topic}`,
  acted: ({ from, text }: RoomEvent) => `${from.name} ${text}`,
  removedBy: (host: string, author: string) =>
    host === author ? 'taken back' : `removed by ${host}`,
  change: {
    joined: (name: string, via: string) => `${name} joined (${viaWord(via)})`,
    left: (name: string) => `${name} left`,
    renamed: (was: string, name: string) => `${was} is now ${name}`,
    more: (count: number) => `and ${count} more came or went`,
  },

  via: viaWord,

  message: 'Message',
  saySomething: 'Say something',
  send: 'Send',
  tooMany: (count: number, limit: number) =>
    `Nothing was sent: at most ${limit} of these ${count} messages can wait.`,

  sending: 'sending',
  morePending: (count: number) => `and ${count} more pending`,
  notSent: 'Not sent.',

  connectionLost: 'The connection is lost.',

  theRoom: 'The room',
}

/** `more`: absent in English. */
export type Texts = typeof english & { more?: MoreTexts }
