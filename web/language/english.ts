/** The texts of the page in English. Every other language has a file with the same keys. */
import type { ErrorCode } from '../../shared/errors.ts'
import type { Via } from '../../shared/protocol.ts'

export const english = {
  tag: 'en' as string,
  direction: 'ltr' as 'ltr' | 'rtl',
  /** The server's texts are in English. */
  errors: {} as Partial<Record<ErrorCode, string>>,
  /** The command table has English summaries. */
  commands: {} as Record<string, string>,

  lead: 'One room for browsers and terminals.',
  yourName: 'Your name',
  join: 'Join',
  joining: 'Joining …',
  joinAs: (name: string) => `Join as ${name}`,
  leave: 'Leave',
  search: 'Search',
  settings: 'Settings',
  close: 'Close',

  messages: 'Messages',
  pending: 'Pending messages',
  empty: 'No messages yet. Write the first one.',
  beginning: 'The log begins here.',
  newLine: 'New',
  below: (count: number, mentions: number) =>
    mentions === 0
      ? `${count} new`
      : `${count} new · ${mentions === 1 ? '1 mentions' : `${mentions} mention`} you`,
  newest: 'Newest',
  back: 'Back',
  reply: 'Reply',
  copyLink: 'Copy link',
  linkCopied: 'The link is copied.',
  notKept: 'That message is no longer kept.',
  historyFailed: 'Older messages cannot be loaded now.',
  pageFailed: 'Messages could not be loaded. Retry',
  change: {
    joined: (name: string, via: Via) => `${name} joined (${via})`,
    left: (name: string) => `${name} left`,
    renamed: (was: string, name: string) => `${was} is now ${name}`,
    more: (count: number) => `and ${count} more changes`,
  },

  message: 'Message',
  saySomething: 'Say something',
  send: 'Send',
  bytesLeft: (count: number) => `${count} bytes left`,
  bytesOver: (count: number) => `${count} bytes too long`,
  manyMessages: (count: number, seconds: number) =>
    `${count} messages, about ${seconds === 1 ? '1 second' : `${seconds} seconds`}`,
  terminalsRead: 'Terminals read:',
  typing: ([first = '', second = '']: readonly string[], count: number) =>
    count === 0
      ? ''
      : count === 1
        ? `${first} is typing …`
        : count === 2
          ? `${first} and ${second} are typing …`
          : `${count} people are typing …`,
  take: (name: string) => `Take ${name}`,
  nameOffline: 'There is no connection now. Your name was not changed.',
  commandAlone: 'A command must be the only line. Nothing was sent.',
  commandUnknown: (word: string, near?: string) =>
    `There is no command /${word}.${near ? ` Did you mean /${near}?` : ''} Nothing was sent. To send it as text, type //${word}.`,
  commandTerminal: (name: string) => `/${name} works in terminals only. Nothing was sent.`,
  historyHint: 'Scroll up to load older messages.',
  commandUsage: (usage: string) => `Usage: ${usage}. Nothing was sent.`,
  tooMany: (count: number, limit: number) =>
    `These are ${count} messages; at most ${limit} can wait to be sent. Nothing was sent.`,
  suggestions: 'Suggestions',

  sending: 'sending',
  morePending: (count: number) => `and ${count} more pending`,
  notSent: 'Not sent.',
  notSentCount: (count: number) =>
    count === 1 ? '1 message failed to send.' : `${count} messages failed to send.`,
  noAnswer: 'The server did not respond.',
  leftBefore: 'You left before it was sent.',
  retry: 'Retry',
  edit: 'Edit',
  delete: 'Delete',

  otherTab: 'You are in this room in another tab.',
  useItHere: 'Use it here',
  connectionLost: 'The connection is lost.',
  roomSilent: 'The server does not respond.',
  unreachable: 'The server cannot be reached.',
  retryNow: 'Retry now',
  connecting: 'Connecting …',
  nextTry: (seconds: number) => `Next try in ${seconds}\u00a0s.`,

  theRoom: 'The room',
  hereNow: 'Here now',
  nobodyYet: 'Nobody yet',
  you: 'you',
  counts: {
    web: (count: number) => `${count} web`,
    terminal: (count: number) => `${count} terminal${count === 1 ? '' : 's'}`,
    server: (count: number) => `${count} server`,
    more: (count: number) => `${count} more`,
  },
  andMore: (count: number) => `and ${count} more`,

  spoken: (count: number, mentions: number) => {
    const messages = count === 1 ? '1 new message' : `${count} new messages`
    if (mentions === 0) return messages
    return `${messages}, ${mentions === 1 ? '1 mentions' : `${mentions} mention`} you`
  },
  mentioned: (name: string) => `${name} mentions you`,

  terminals: 'Join from a terminal',
  terminalsLead: 'Nothing to install: each of these lines joins this room.',
  copy: 'Copy',
  copied: 'Copied',
  onPhone: 'On a phone',
  qrOf: (url: string) => `QR code of ${url}`,
  loopback:
    'This address works on this machine only. To share the page, open it with the machine’s address in your network.',

  searchLabel: 'Words to look for',
  found: (count: number) =>
    count === 0 ? 'Nothing found.' : count === 1 ? '1 message' : `${count} messages`,

  theme: 'Theme',
  asSystem: 'Same as the system',
  light: 'Light',
  dark: 'Dark',
  clock: 'Clock',
  hours12: '12 hours',
  hours24: '24 hours',
  typeSize: 'Text size',
  sizes: ['Small', 'Normal', 'Large', 'Larger'],
  announcements: 'Read aloud by a screen reader',
  announceAll: 'Every message',
  announceMentions: 'Mentions',
  announceNone: 'Nothing',
  notifications: 'Notify me when I am mentioned',
  notificationsDenied: 'This browser does not allow notifications for this page.',
  sound: 'A sound when I am mentioned',
}

export type Texts = typeof english
