/**
 * The texts of the page in English, as far as the first load needs them. Every other language
 * has one file with the same keys, and with those of `english.more.ts`.
 */
import type { ErrorCode } from '../../shared/errors.ts'
import type { RoomEvent, Via } from '../../shared/protocol.ts'
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
  joinAs: (name: string) => `Join as ${name}`,
  leave: 'Leave',
  search: 'Search',
  settings: 'Settings',

  messages: 'Messages',
  pending: 'Pending messages',
  empty: 'No messages yet. Write the first one.',
  beginning: 'The log begins here.',
  newLine: 'New',
  topicSet: (name: string, topic: string) =>
    topic === '' ? `${name} removed the topic` : `${name} set the topic: ${topic}`,
  acted: ({ from, text }: RoomEvent) => `${from.name} ${text}`,
  removedBy: (host: string) => `removed by ${host}`,
  change: {
    joined: (name: string, via: Via) => `${name} joined (${via})`,
    left: (name: string) => `${name} left`,
    renamed: (was: string, name: string) => `${was} is now ${name}`,
    more: (count: number) => `and ${count} more changes`,
  },

  message: 'Message',
  saySomething: 'Say something',
  send: 'Send',
  tooMany: (count: number, limit: number) =>
    `Nothing was sent: at most ${limit} of these ${count} messages can wait.`,

  sending: 'sending',
  morePending: (count: number) => `and ${count} more pending`,
  notSent: 'Not sent.',
  noAnswer: 'The server did not respond.',
  leftBefore: 'You left before it was sent.',
  retry: 'Retry',
  edit: 'Edit',
  delete: 'Delete',

  connectionLost: 'The connection is lost.',

  theRoom: 'The room',
  nobodyYet: 'Nobody yet',
  counts: {
    web: (count: number) => `${count} web`,
    terminal: (count: number) => `${count} terminal${count === 1 ? '' : 's'}`,
    server: (count: number) => `${count} server`,
    more: (count: number) => `${count} more`,
  },

  terminals: 'Join from a terminal',
}

/** `more`: absent in English. */
export type Texts = typeof english & { more?: MoreTexts }
