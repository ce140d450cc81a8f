/** The page's words in English. Every other language has a file of the same shape. */
import type { ErrorCode } from '../../shared/errors.ts'
import type { Via } from '../../shared/protocol.ts'

export const english = {
  tag: 'en' as string,
  direction: 'ltr' as 'ltr' | 'rtl',
  /** What the server says is English already. */
  errors: {} as Partial<Record<ErrorCode, string>>,
  /** The command table says its summaries in English already. */
  commands: {} as Record<string, string>,

  lead: 'One room for people at a browser and people at a terminal.',
  yourName: 'Your name',
  join: 'Join',
  joining: 'Joining …',
  joinAs: (name: string) => `Join as ${name}`,
  leave: 'Leave',
  search: 'Search',
  settings: 'Settings',
  close: 'Close',

  messages: 'Messages',
  onTheirWay: 'On their way',
  empty: 'Nobody has said anything yet. Begin.',
  beginning: 'This is where it began.',
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
  notKept: 'That message is not kept any more.',
  historyFailed: 'What was said before cannot be read right now.',
  change: {
    joined: (name: string, via: Via) => `${name} joined (${via})`,
    left: (name: string) => `${name} left`,
    renamed: (was: string, name: string) => `${was} is now ${name}`,
    more: (count: number) => `and ${count} more came or went`,
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
  nameOffline: 'There is no connection right now; your name stays as it is.',
  commandAlone: 'A command goes alone on one line. Nothing was sent.',
  commandUnknown: (word: string) =>
    `/${word} is not known here, and nothing was sent. To say it, type //${word}.`,
  commandTerminal: (name: string) => `/${name} is for readers at a terminal. Nothing was sent.`,
  historyHint: 'Scroll up: older messages come as you go.',
  commandUsage: (usage: string) => `Type it as ${usage}. Nothing was sent.`,
  tooMany: (count: number, limit: number) =>
    `That is ${count} messages, and at most ${limit} can wait to be sent. Nothing was sent.`,
  suggestions: 'Suggestions',

  onItsWay: 'on its way',
  moreOnTheirWay: (count: number) => `and ${count} more on their way`,
  notSent: 'Not sent.',
  noAnswer: 'The room has not answered.',
  leftBefore: 'You left before it was said.',
  retry: 'Retry',
  edit: 'Edit',
  delete: 'Delete',

  otherTab: 'You are in this room in another tab.',
  useItHere: 'Use it here',
  connectionLost: 'The connection is lost.',
  roomSilent: 'The room does not answer.',
  retryNow: 'Retry now',
  connecting: 'Connecting …',
  nextTry: (seconds: number) => `Next try in ${seconds} s.`,

  theRoom: 'The room',
  hereNow: 'Here now',
  nobodyYet: 'Nobody yet',
  you: 'you',
  counts: {
    web: (count: number) => `${count} web`,
    terminal: (count: number) => `${count} terminal`,
    server: (count: number) => `${count} server`,
    more: (count: number) => `${count} more`,
  },
  andMore: (count: number) => `and ${count} more`,

  spoken: (count: number, mentions: number) => {
    const said = count === 1 ? '1 new message' : `${count} new messages`
    if (mentions === 0) return said
    return `${said}, ${mentions === 1 ? '1 mentions' : `${mentions} mention`} you`
  },
  mentioned: (name: string) => `${name} mentions you`,

  terminals: 'Join from a terminal',
  terminalsLead:
    'Nothing to install. What is typed there is said here, and what is said here is printed there.',
  copy: 'Copy',
  copied: 'Copied',
  onPhone: 'On a phone',
  qrOf: (url: string) => `QR code of ${url}`,
  loopback:
    'This page was opened by an address that leads nowhere from another machine. Open it by this machine’s address in the network to share it.',

  searchLabel: 'Words to look for',
  found: (count: number) =>
    count === 0 ? 'Nothing found.' : count === 1 ? '1 message' : `${count} messages`,

  theme: 'Theme',
  asSystem: 'As the system',
  light: 'Light',
  dark: 'Dark',
  clock: 'Clock',
  hours12: '12 hours',
  hours24: '24 hours',
  typeSize: 'Size of type',
  sizes: ['Small', 'Normal', 'Large', 'Larger'],
  announcements: 'Read aloud by a screen reader',
  announceAll: 'Every message',
  announceMentions: 'Mentions',
  announceNone: 'Nothing',
  notifications: 'Notify me when I am mentioned',
  notificationsDenied: 'This browser does not allow it for this page.',
  sound: 'A sound when I am mentioned',
}

export type Texts = typeof english
