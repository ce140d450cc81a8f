/** The English texts of the parts of the page that are loaded when they are needed. */
export const englishMore = {
  close: 'Close',

  below: (count: number, mentions: number) =>
    mentions === 0
      ? `${count} new`
      : `${count} new · ${mentions === 1 ? '1 mentions' : `${mentions} mention`} you`,
  newest: 'Newest',
  back: 'Back',
  reply: 'Reply',
  copyLink: 'Copy link',
  linkCopied: 'The link is copied.',
  notSentCount: (count: number) =>
    count === 1 ? '1 message failed to send.' : `${count} messages failed to send.`,
  notKept: 'That message is no longer kept.',
  historyFailed: 'Older messages cannot be loaded now.',
  pageFailed: 'Messages could not be loaded. Retry',

  bytesLeft: (count: number) => `${count} bytes left`,
  bytesOver: (count: number) => `${count} bytes too long`,
  manyMessages: (count: number, seconds: number) =>
    `${count} messages, about ${seconds === 1 ? '1 second' : `${seconds} seconds`}`,
  terminalsRead: 'Terminals read:',
  take: (name: string) => `Take ${name}`,
  nameOffline: 'There is no connection now. Your name was not changed.',
  commandUnknown: (word: string, near?: string) =>
    `There is no command /${word}.${near ? ` Did you mean /${near}?` : ''} Nothing was sent. To send it as text, type //${word}.`,
  commandTerminal: (name: string) => `/${name} works in terminals only. Nothing was sent.`,
  commandAlone: 'A command must be the only line. Nothing was sent.',
  historyHint: 'Scroll up to load older messages.',
  commandUsage: (usage: string) => `Usage: ${usage}. Nothing was sent.`,
  suggestions: 'Suggestions',

  otherTab: 'You are in this room in another tab.',
  useItHere: 'Use it here',
  roomSilent: 'The server does not respond.',
  unreachable: 'The server cannot be reached.',
  retryNow: 'Retry now',
  connecting: 'Connecting …',
  nextTry: (seconds: number) => `Next try in ${seconds}\u00a0s.`,

  roles: { host: 'host', observer: 'observer' } as Record<string, string>,
  pinned: 'Pinned',
  /** Why a message was not sent, and for how long: the server's text. */
  refused: (_code: string, text: string) => text,
  comeBack: 'Come back',

  typing: ([first = '', second = '']: readonly string[], count: number) =>
    count === 0
      ? ''
      : count === 1
        ? `${first} is typing …`
        : count === 2
          ? `${first} and ${second} are typing …`
          : `${count} people are typing …`,

  hereNow: 'Here now',
  you: 'you',
  roomCode: 'Room code',
  askIn: 'Ask to come in',
  waiting: 'Waiting for a host …',
  cancel: 'Cancel',
  andMore: (count: number) => `and ${count} more`,

  number: (count: number) => String(count),
  rooms: 'Rooms',
  otherRooms: 'Other rooms',
  enterRoom: 'Join a room',
  roomName: 'Name of the room',
  leaveRoom: (room: string) => `Leave ${room}`,
  present: (count: number) => `${count} here`,
  roomOffline: 'There is no connection now. You cannot join another room.',
  noTopic: 'This room has no topic.',
  topicOffline: 'There is no connection now. The topic was not changed.',

  directs: 'Direct messages',
  directFrom: (name: string) => `Direct message from ${name}`,
  directOffline: 'There is no connection now. The person cannot be looked up.',
  write: 'Message',
  writeTo: (name: string) => `Write to ${name} alone`,
  notInConversation: 'A conversation of two people has no topic and no list of people.',
  ignore: (name: string) => `Ignore ${name}`,
  ignored: (names: readonly string[]) =>
    names.length === 0 ? 'You ignore nobody.' : `You ignore ${names.join(', ')}.`,
  isIgnored: (name: string) => `You ignore ${name}. /ignore ${name} ends that.`,
  ignoreOffline: 'There is no connection now. You ignore the same people as before.',

  hostOffline: 'There is no connection now. Nothing was done.',
  hostsOnly: 'Only a host can do that. Become a host with /host.',
  becomeHost: 'Become a host',
  hostLead: 'The server printed the key at its first start. Whoever runs it can give it to you.',
  hostKey: 'Key of the hosts',
  hostTools: 'Host tools',
  hostMenu: (name: string) => `Host tools for ${name}`,
  hostButton: 'Host …',
  youAreHost: 'You are a host.',
  isHost: (name: string) =>
    `${name} is a host. Only the server’s own terminal can do something to a host.`,
  theMessage: 'This message',
  redact: 'Remove message',
  pin: 'Pin message',
  unpin: 'Unpin message',
  writing: 'Writing',
  mute10: 'Mute for 10 minutes',
  mute60: 'Mute for 1 hour',
  mute: 'Mute until ended',
  unmute: 'Unmute',
  observerOn: 'Make an observer',
  observerOff: 'Let write again',
  thePerson: 'Person',
  rename: 'Rename …',
  newName: 'New name',
  renameNow: 'Rename',
  kick: 'Kick …',
  reason: 'Reason, if you like',
  kickNow: 'Kick',
  ban: 'Ban',
  banAddress: 'Ban with the address …',
  isBanned: (name: string) => `${name} is banned.`,
  sharing: (count: number) =>
    count === 0
      ? 'Nobody else who is connected has the same address.'
      : `${count === 1 ? '1 other shares' : `${count} others share`} the address, and could not come back either.`,
  banPerson: 'Only the person',
  banAddressNow: 'Ban the address, too',
  slow: 'Slow mode: each person writes once in',
  pace: (seconds: number) => (seconds < 60 ? `${seconds} s` : `${seconds / 60} min`),
  off: 'Off',
  muteAll: 'Everybody here but hosts',
  lockTitle: 'New people',
  approve: 'New people wait for a host',
  approvalIs: (on: boolean): string =>
    on ? 'New people wait for a host.' : 'New people come in at once.',
  lock: 'Lock the server',
  bans: 'Banned',
  noBans: 'Nobody is banned.',
  banned: (by: string, until: string, address: boolean) =>
    `by ${by}${until === '' ? '' : `, until ${until}`}${address ? ', with the address' : ''}`,
  unban: 'Unban',
  door: 'At the door',
  knocks: (address: string) => `A program at ${address} knocks:`,
  knocksAs: (address: string, name?: string) =>
    name === undefined ? `A client at ${address} knocks.` : `${name} at ${address} knocks.`,
  letIn: 'Let in',
  turnAway: 'Turn away',
  moreKnocks: (count: number) => `${count} more at the door`,
  unbanName: (name: string) => `Unban ${name}`,

  spoken: (count: number, mentions: number) => {
    const messages = count === 1 ? '1 new message' : `${count} new messages`
    if (mentions === 0) return messages
    return `${messages}, ${mentions === 1 ? '1 mentions' : `${mentions} mention`} you`
  },
  mentioned: (name: string) => `${name} mentions you`,
  mentionedIn: (name: string, room: string) => `${name} mentioned you in ${room}`,

  terminalsLead: 'Nothing to install: each of these lines joins this room.',
  terminalsRoom: 'Then join this room:',
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
  announceMentions: 'Mentions and direct messages',
  announceNone: 'Nothing',
  notifications: 'Notify me of mentions and direct messages',
  notificationsDenied: 'This browser does not allow notifications for this page.',
  sound: 'A sound for mentions and direct messages',
}

export type MoreTexts = typeof englishMore
