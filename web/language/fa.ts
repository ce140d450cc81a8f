/** متن‌های صفحه به فارسی. The texts of the page in Persian. */
import type { ErrorCode } from '../../shared/errors.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Texts } from './english.ts'

const digits = new Intl.NumberFormat('fa')
/** A Persian noun after a number keeps its singular form. */
const n = (count: number) => digits.format(count)

/** How a person is connected. */
const vias: Record<string, string> = {
  web: 'وب',
  tcp: 'پایانه',
  telnet: 'تلنت',
  json: 'برنامه',
  http: 'برنامه',
  relay: 'رله',
  server: 'سرور',
}
const viaWord = (via: string) => vias[via] ?? via

const errors: Record<ErrorCode, string> = {
  bad_json: 'این JSON درست نیست.',
  bad_message: 'این پیام از پروتکل نیست.',
  unknown_type: 'پیامی از این نوع شناخته نیست.',
  hello_first: 'نخست پیام hello را بفرستید.',
  hello_twice: 'پیام hello پیش‌تر فرستاده شده است.',
  code_needed: 'این اتاق کد می‌خواهد.',
  code_wrong: 'این کد اتاق نیست.',
  approval_needed: 'نخست میزبان باید شما را راه دهد.',
  code_timeout: 'در ده دقیقه نه کد اتاق رسید و نه میزبان شما را راه داد.',
  cookie_needed: 'اول کوکی را پس بفرستید.',
  udp_silent: 'سه دقیقه چیزی از شما نرسید و از گفتگو بیرون رفتید. برای بازگشت یک خط بفرستید.',
  turned_away: 'میزبان شما را راه نداد.',
  network_full: 'نشانی شما اتصال‌های زیادی دارد. کمی بعد دوباره بیایید.',
  name_invalid: 'این نام را نمی‌توان به کار برد.',
  name_taken: 'این نام گرفته شده است.',
  name_lookalike: 'این نام شبیه نام کسی است که اینجاست.',
  register_off: 'گرداننده‌ی این سرور ثبت نام‌ها را روا نداشته است.',
  register_full: 'سرور نام‌های بیشتری را ثبت نمی‌کند.',
  not_lines: 'آنچه می‌فرستید سطرهایی از متن UTF-8 نیست.',
  too_fast: 'این بیش از آن است که یک نفر می‌تواند بگوید. کمی صبر کنید و دوباره بفرستید.',
  text_empty: 'در این پیام چیزی نیست.',
  code_said: 'این پیام کدی دارد که با آن می‌شود خود را به جای دیگری زد؛ گفته نشد.',
  text_too_long: 'هر پیام حداکثر ۴۰۹۶ بایت است.',
  line_too_long: 'هر سطر حداکثر ۴۰۹۶ بایت است؛ بقیه‌ی آن کنار گذاشته شد.',
  wire_fault: 'میزبانی برای نمایش، سیم این اتصال را دگرگون کرده است.',
  unknown_command: 'چنین فرمانی نیست.',
  id_used: 'این شناسه برای پیام دیگری به کار رفته است. پیام را با شناسه‌ای تازه بفرستید.',
  resume_unknown: 'کسی با این کد شناخته نیست.',
  log_unavailable: 'اتاق اکنون نمی‌تواند پیام‌ها را ثبت کند. پیام شما گفته نشد؛ دوباره بفرستید.',
  history_unavailable: 'اکنون نمی‌توان گفته‌های پیشین را خواند.',
  binary_frame: 'تنها قاب متنی خوانده می‌شود.',
  hello_timeout: 'در ده ثانیه پیام hello نرسید.',
  replaced: 'این نشست از جای دیگری باز شده است.',
  too_slow: 'سی ثانیه چیزی نخواندید. برگردید و از همان‌جا ادامه دهید.',
  catch_up_failed: 'آنچه از دست دادید اکنون خوانده نمی‌شود. برگردید و از همان‌جا ادامه دهید.',
  room_full: 'سرور پر است. کمی بعد دوباره بیایید.',
  room_invalid: 'این نام را نمی‌توان برای اتاق به کار برد.',
  room_unknown: 'چنین اتاقی نیست.',
  rooms_full: 'سرور بیش از این اتاق نمی‌پذیرد.',
  too_many_rooms: 'شما در بیشترین شمار اتاق‌ها هستید. نخست یکی را ترک کنید.',
  not_in_room: 'شما در این اتاق نیستید. نخست وارد آن شوید.',
  already_in_room: 'شما هم‌اکنون در این اتاق هستید.',
  not_host: 'این کار تنها از میزبان برمی‌آید.',
  is_host: 'این شخص میزبان است؛ این کار تنها از پایانه‌ی سرور برمی‌آید.',
  too_late: 'پیام را تنها تا ۵ دقیقه می‌توان پس گرفت.',
  event_unknown: 'چنین پیامی نیست.',
  host_key_wrong: 'این کلید میزبان‌ها نیست.',
  key_said: 'این پیام به کلید میزبان‌ها می‌ماند؛ گفته نشد.',
  muted: 'شما اکنون نمی‌توانید بنویسید.',
  slow_mode: 'کمی صبر کنید؛ هر کس تنها گاه‌گاه می‌تواند بنویسد.',
  locked: 'سرور بسته است و کسی تازه نمی‌تواند وارد شود.',
  observer: 'شما تنها می‌توانید بخوانید.',
  banned: 'میزبان راه شما را بسته است.',
  kicked: 'میزبان شما را بیرون کرد.',
  person_unknown: 'کسی با این نام نیست.',
  shutdown: 'سرور دارد خاموش می‌شود.',
  restart: 'سرور از نو آغاز می‌شود؛ دوباره وصل شوید.',
}

const times = [
  [86_400, 'روز'],
  [3600, 'ساعت'],
  [60, 'دقیقه'],
  [1, 'ثانیه'],
] as const

const units: Record<string, string> = {
  second: 'ثانیه‌ی',
  minute: 'دقیقه‌ی',
  hour: 'ساعت',
  day: 'روز',
}

/** The largest unit that leaves no rest. */
function duration(seconds: number): string {
  const [size, unit] = times.find(([size]) => seconds % size === 0) ?? times[3]
  return `${n(seconds / size)} ${unit}`
}

/** What a host did; the sentence of the server for an act that this page does not know. */
function acted({ at, from, text, act }: RoomEvent): string {
  const { name } = from
  if (act === undefined) return `${name} ${text}`
  const who = ('person' in act && act.person?.name) || 'همه'
  const until = 'until' in act && act.until !== undefined ? Date.parse(act.until) : 0
  // The server makes the sentence before it records the time.
  const seconds = Math.round((until - Date.parse(at)) / 1000)
  const time = until > 0 ? ` برای ${duration(seconds)}` : ''
  switch (act.type) {
    case 'host':
      return `${name} اکنون میزبان است`
    case 'unhost':
      return `${name} نقش میزبان را از ${who} گرفت`
    case 'mute':
      return `${name} نوشتن را${time} از ${who} گرفت`
    case 'unmute':
      return `${name} به ${who} اجازه‌ی نوشتن داد`
    case 'kick':
      return `${name} ${who} را بیرون کرد${act.reason ? `: ${act.reason}` : ''}`
    case 'ban':
      return `${name} راه ${who}${act.address ? ' و نشانی او' : ''} را${time} بست`
    case 'unban':
      return `${name} راه ${who} را باز کرد`
    case 'rename':
      return `${name} نام ${who} را به ${act.name} تغییر داد`
    case 'observer':
      return act.on ? `${name} ${who} را تنها خواننده کرد` : `${name} به ${who} اجازه‌ی نوشتن داد`
    case 'slow':
      return act.seconds === 0
        ? `${name} به حالت آهسته پایان داد`
        : `${name} حالت آهسته را گذاشت: هر ${duration(act.seconds)} یک پیام`
    case 'lock':
      return `${name} سرور را بست: کسی تازه نمی‌تواند وارد شود`
    case 'unlock':
      return `${name} سرور را باز کرد`
    case 'approve':
      return act.on
        ? `${name} خواست که هر تازه‌وارد منتظر میزبان بماند`
        : `${name} خواست که تازه‌واردان بی‌درنگ وارد شوند`
    case 'pin':
      return act.seq === 0 ? `${name} سنجاق را برداشت` : `${name} پیامی را سنجاق کرد`
    case 'lesson':
      return act.seq === 0 ? `${name} نشان درس را برداشت` : `${name} درس تازه‌ای را آغاز کرد`
    case 'hand':
      if (act.on) return `${name} دست بلند کرد`
      return act.person.id === from.id
        ? `${name} دستش را پایین آورد`
        : `${name} دست ${who} را پایین آورد`
    case 'redact':
      if (act.person.id === from.id) return `${name} پیامی را پس گرفت`
      return `${name} پیامی از ${who} را برداشت`
    default:
      return `${name} ${text}`
  }
}

export const texts: Texts = {
  tag: 'fa',
  direction: 'rtl',
  errors,
  commands: {
    name: 'نام خود را عوض کنید.',
    who: 'ببینید چه کسانی اینجا هستند و از چه راهی آمده‌اند.',
    join: 'به اتاق دیگری بروید، یا آن را بسازید.',
    rooms: 'فهرست اتاق‌ها را ببینید.',
    msg: 'تنها به یک نفر بنویسید.',
    ignore: 'کسی را نادیده بگیرید، یا فهرست آنان را ببینید.',
    topic: 'موضوع اتاق را ببینید یا بگذارید.',
    me: 'بگویید چه می‌کنید، مانند «∗ آلیس دست تکان می‌دهد».',
    undo: 'پیام آخر خود را پس بگیرید.',
    hand: 'دست خود را بالا ببرید یا پایین بیاورید.',
    hands: 'دست‌های بالا را به ترتیب ببینید.',
    transcript: 'آنچه را گفته شده ذخیره کنید.',
    react: 'به پیامی با یک شکلک واکنش نشان دهید.',
    search: 'پیام‌هایی را که این واژه‌ها را دارند پیدا کنید.',
    host: 'میزبان شوید.',
    mute: 'نوشتن را از کسی، یا از همه‌ی حاضران، بگیرید.',
    unmute: 'به آن پایان دهید.',
    kick: 'کسی را بیرون کنید.',
    ban: 'کسی را بیرون کنید و راهش را ببندید.',
    bans: 'کسانی را ببینید که راهشان بسته است.',
    unban: 'راه کسی را باز کنید.',
    rename: 'به کسی نام دیگری بدهید.',
    observer: 'کسی را تنها خواننده کنید.',
    redact: 'متن پیامی را بردارید.',
    slow: 'بگذارید هر کس تنها گاه‌گاه بنویسد.',
    admit: 'کسی را که پشت در منتظر است راه دهید.',
    turnaway: 'چنین کسی را راه ندهید.',
    lock: 'کسان تازه را راه ندهید.',
    unlock: 'به آن پایان دهید.',
    approve: 'بگذارید تازه‌واردان منتظر میزبان بمانند.',
    pin: 'پیامی را به تازه‌واردان نشان دهید.',
    lower: 'دستی را که بالاست پایین بیاورید.',
    lesson: 'درس تازه‌ای را در این اتاق آغاز کنید.',
    help: 'این فهرست را ببینید.',
    quit: 'از اتاق بیرون بروید.',
  },

  lead: 'یک اتاق برای مرورگر و پایانه.',
  leadIn: (room: string) => `اتاق ${room}، برای مرورگر و پایانه.`,
  yourName: 'نام شما',
  join: 'ورود',
  joining: 'در حال ورود …',
  leave: 'خروج',
  search: 'جست‌وجو',
  settings: 'تنظیمات',

  messages: 'پیام‌ها',
  pending: 'پیام‌های در انتظار',
  newLine: 'تازه',
  topicSet: (name: string, topic: string) =>
    topic === '' ? `${name} موضوع را برداشت` : `${name} موضوع را چنین گذاشت: ${topic}`,
  acted,
  removedBy: (host: string, author: string) =>
    host === author ? 'پس گرفته شد' : `${host} این پیام را برداشت`,
  change: {
    joined: (name: string, via: string) => `${name} آمد (${viaWord(via)})`,
    left: (name: string) => `${name} رفت`,
    renamed: (was: string, name: string) => `نام ${was} اکنون ${name} است`,
    more: (count: number) => `و رفت‌وآمد ${n(count)} نفر دیگر`,
  },

  via: viaWord,

  message: 'پیام',
  saySomething: 'چیزی بگویید',
  send: 'فرستادن',
  tooMany: (count: number, limit: number) =>
    `این ${n(count)} پیام است و بیش از ${n(limit)} پیام نمی‌تواند در انتظار بماند. چیزی فرستاده نشد.`,

  sending: 'در حال فرستادن',
  morePending: (count: number) => `و ${n(count)} پیام دیگر در انتظار`,
  notSent: 'فرستاده نشد.',

  connectionLost: 'ارتباط قطع شده است.',

  theRoom: 'اتاق',

  more: {
    close: 'بستن',

    empty: 'هنوز پیامی نیست. نخستین پیام را بنویسید.',
    beginning: 'گفت‌وگو از اینجا آغاز شد.',
    inBrowser: 'در مرورگر',
    inTerminal: 'در پایانه',
    below: (count: number, mentions: number) =>
      mentions === 0
        ? `${n(count)} پیام تازه`
        : `${n(count)} پیام تازه · ${n(mentions)} خطاب به شما`,
    newest: 'تازه‌ترین',
    firstUnread: 'نخستین خوانده‌نشده',
    missedLine: (since: string, until: string) =>
      `هنگام قطع ارتباط، ${since === until ? since : `${since} تا ${until}`}`,
    back: 'بازگشت',
    reply: 'پاسخ',
    answering: 'در پاسخ به',
    answerTo: (name: string, text: string) => `در پاسخ به ${name}: ${text}`,
    react: 'واکنش',
    comma: '، ',
    reactedWith: (sign: string, names: string) => `${sign} از ${names}`,
    copyLink: 'رونوشت پیوند',
    takeBack: 'پس گرفتن',
    linkCopied: 'پیوند رونوشت شد.',
    noAnswer: 'سرور پاسخ نداد.',
    leftBefore: 'پیش از فرستاده شدن آن بیرون رفتید.',
    retry: 'دوباره',
    edit: 'ویرایش',
    delete: 'حذف',
    notSentCount: (count: number) => `${n(count)} پیام فرستاده نشد.`,
    notKept: 'این پیام دیگر نگه داشته نمی‌شود.',
    historyFailed: 'اکنون نمی‌توان پیام‌های پیشین را بار کرد.',
    pageFailed: 'پیام‌ها بار نشدند. دوباره',

    bytesLeft: (count: number) => `${n(count)} بایت مانده`,
    bytesOver: (count: number) => `${n(count)} بایت بیش از اندازه`,
    manyMessages: (count: number, seconds: number) =>
      `${n(count)} پیام، نزدیک به ${n(seconds)} ثانیه`,
    waitTurn: 'تندتر از آنچه اتاق می‌پذیرد می‌فرستید. بقیه خودبه‌خود می‌رود:',
    secondsLeft: (seconds: number) => `${n(seconds)}\u00a0ثانیه`,
    leaveTitle: 'اکنون می‌روید؟',
    stillWaiting: (count: number) => `${n(count)} پیام هنوز در انتظار فرستادن است.`,
    allSent: 'همهٔ پیام‌ها فرستاده شد.',
    stay: 'ماندن',
    terminalsRead: 'در پایانه چنین خوانده می‌شود:',
    take: (name: string) => `گرفتن نام ${name}`,
    nameOffline: 'اکنون ارتباطی نیست. نام شما عوض نشد.',
    commandUnknown: (word: string, near?: string) =>
      `فرمان ‎/${word} وجود ندارد.${near ? ` آیا منظورتان ‎/${near} است؟` : ''} چیزی فرستاده نشد. برای فرستادن آن به شکل متن بنویسید ‎//${word}`,
    noCommand: (word: string, near?: string) =>
      `فرمان ‎/${word} وجود ندارد.${near ? ` آیا منظورتان ‎/${near} است؟` : ''}`,
    commandTerminal: (name: string) => `فرمان ‎/${name} تنها در پایانه کار می‌کند. چیزی فرستاده نشد.`,
    commandAlone: 'فرمان باید تنها سطر باشد. چیزی فرستاده نشد.',
    historyHint: 'برای دیدن پیام‌های پیشین به بالا بروید.',
    commandUsage: (usage: string) => `آن را چنین بنویسید: \u2066${usage}\u2069`,
    help: 'فرمان‌ها',
    helpGroups: { Daily: 'هر روز', Special: 'ویژه', 'For hosts': 'برای میزبان‌ها' },
    helpTerminal: 'تنها در پایانه.',
    here: (count: number, names: string) => `${n(count)} نفر اینجا: ${names}`,
    topicIs: (topic: string) => `موضوع: ${topic}`,
    suggestions: 'پیشنهادها',

    otherTab: 'شما در برگه‌ی دیگری در این اتاق هستید.',
    useItHere: 'ادامه در اینجا',
    roomSilent: 'سرور پاسخ نمی‌دهد.',
    unreachable: 'دسترسی به سرور ممکن نیست.',
    cannotRecord: 'سرور پایگاه داده‌اش را از دست داده است. پیام‌ها پس از بازگشت آن فرستاده می‌شوند.',
    obstacles: {
      foreign:
        'سرور این صفحه را نمی‌پذیرد، چون نشانی آن را نمی‌شناسد. گرداننده می‌تواند سرور را با ‎--public-url‎ آغاز کند.',
      blocked:
        'سرور پاسخ می‌دهد، اما چیزی در راه جلوی WebSocket را می‌گیرد: یک پراکسی، یک دیوار آتش یا افزونه‌ای در مرورگر.',
      lost: 'صفحه در دسترس است، اما پراکسی نشانی WebSocket آن را به سرور نمی‌رساند.',
    },
    retryNow: 'همین اکنون',
    connecting: 'در حال اتصال …',
    nextTry: (seconds: number) => `تلاش بعدی تا ${n(seconds)} ثانیه‌ی دیگر.`,

    roles: { host: 'میزبان', observer: 'خواننده' },
    pinned: 'سنجاق‌شده',
    refused: (code: string, text: string) => {
      const reason = (errors as Record<string, string>)[code]
      if (reason === undefined) return text
      const [, count, unit = ''] = /(\d+) more (second|minute|hour|day)/u.exec(text) ?? []
      if (count !== undefined) return `${reason} (تا ${n(Number(count))} ${units[unit]} دیگر)`
      const [, why] = /^[^:]*removed you: (.+)/u.exec(text) ?? []
      return why === undefined ? reason : `${reason} ${why}`
    },
    comeBack: 'بازگشت',

    typing: ([first = '', second = '']: readonly string[], count: number) =>
      count === 0
        ? ''
        : count === 1
          ? `${first} در حال نوشتن است …`
          : count === 2
            ? `${first} و ${second} در حال نوشتن‌اند …`
            : `${n(count)} نفر در حال نوشتن‌اند …`,

    nobodyYet: 'هنوز کسی نیست',
    counts: {
      web: (count: number) => `${n(count)} در وب`,
      terminal: (count: number) => `${n(count)} در پایانه`,
      server: (count: number) => `${n(count)} در سرور`,
      more: (count: number) => `${n(count)} نفر دیگر`,
    },

    hereNow: 'حاضران',
    you: 'شما',
    roomCode: 'کد اتاق',
    askIn: 'درخواست ورود',
    waiting: 'در انتظار میزبان …',
    cancel: 'انصراف',
    joinAs: (name: string) => `ورود با نام ${name}`,
    andMore: (count: number) => `و ${n(count)} نفر دیگر`,

    number: n,
    rooms: 'اتاق‌ها',
    otherRooms: 'اتاق‌های دیگر',
    enterRoom: 'ورود به اتاق',
    roomName: 'نام اتاق',
    leaveRoom: (room: string) => `ترک ${room}`,
    present: (count: number) => `${n(count)} نفر`,
    roomOffline: 'اکنون ارتباطی نیست. نمی‌توانید به اتاق دیگری بروید.',
    noTopic: 'این اتاق موضوعی ندارد.',
    topicOffline: 'اکنون ارتباطی نیست. موضوع عوض نشد.',

    directs: 'پیام‌های خصوصی',
    directFrom: (name: string) => `پیام خصوصی از ${name}`,
    directOffline: 'اکنون ارتباطی نیست. نمی‌توان این نام را جست‌وجو کرد.',
    write: 'پیام خصوصی',
    writeTo: (name: string) => `پیام خصوصی به ${name}`,
    notInConversation: 'گفت‌وگوی دو نفره موضوع و فهرست حاضران ندارد.',
    mention: (name: string) => `نام بردن از ${name}`,
    unignore: (name: string) => `دیگر نادیده نگرفتن ${name}`,
    ignore: (name: string) => `نادیده گرفتن ${name}`,
    ignored: (names: readonly string[]) =>
      names.length === 0
        ? 'شما کسی را نادیده نمی‌گیرید.'
        : `شما اینان را نادیده می‌گیرید: ${names.join('، ')}`,
    isIgnored: (name: string) =>
      `شما ${name} را نادیده می‌گیرید. برای پایان آن بنویسید ‎/ignore ${name}`,
    ignoreOffline: 'اکنون ارتباطی نیست. فهرست کسانی که نادیده می‌گیرید عوض نشد.',

    hostOffline: 'اکنون ارتباطی نیست. کاری انجام نشد.',
    hostsOnly: 'این کار تنها از میزبان برمی‌آید. با ‎/host میزبان می‌شوید.',
    becomeHost: 'میزبان شدن',
    hostLead:
      'سرور کلید را در نخستین آغاز خود نشان داده است. گرداننده‌ی آن می‌تواند کلید را به شما بدهد.',
    hostKey: 'کلید میزبان‌ها',
    hostTools: 'ابزارهای میزبان',
    hostMenu: (name: string) => `ابزارهای میزبان برای ${name}`,
    hostButton: 'میزبان …',
    youAreHost: 'شما میزبان هستید.',
    isHost: (name: string) => `${name} میزبان است؛ این کارها تنها از پایانه‌ی سرور برمی‌آید.`,
    theMessage: 'این پیام',
    redact: 'برداشتن پیام',
    pin: 'سنجاق کردن پیام',
    unpin: 'برداشتن سنجاق',
    writing: 'نوشتن',
    mute10: 'خاموش کردن برای ۱۰ دقیقه',
    mute60: 'خاموش کردن برای ۱ ساعت',
    mute: 'خاموش کردن تا اطلاع بعدی',
    unmute: 'پایان خاموشی',
    observerOn: 'تنها خواننده کردن',
    observerOff: 'اجازه‌ی نوشتن',
    thePerson: 'شخص',
    rename: 'تغییر نام …',
    newName: 'نام تازه',
    renameNow: 'تغییر نام',
    kick: 'بیرون کردن …',
    reason: 'دلیل، اگر بخواهید',
    kickNow: 'بیرون کردن',
    ban: 'بستن راه',
    banAddress: 'بستن راه نشانی هم …',
    isBanned: (name: string) => `راه ${name} بسته است.`,
    sharing: (count: number) =>
      count === 0
        ? 'کس دیگری از حاضران این نشانی را ندارد.'
        : `${n(count)} نفر دیگر همین نشانی را دارند و آنان نیز نمی‌توانند بازگردند.`,
    banPerson: 'تنها شخص',
    banAddressNow: 'نشانی هم بسته شود',
    hands: 'دست‌های بالا',
    handsAre: (names: readonly string[]) =>
      names.length === 0 ? 'دستی بالا نیست.' : `دست‌های بالا: ${names.join('، ')}`,
    raiseHand: 'بالا بردن دست',
    lowerHand: 'پایین',
    lowerHandOf: (name: string) => `پایین آوردن دست ${name}`,
    lesson: 'درس',
    newLesson: 'آغاز درس تازه',
    endLesson: 'برداشتن نشان درس',
    beforeLesson: 'نمایش پیام‌های پیشین',
    slow: 'حالت آهسته: هر کس یک پیام در',
    pace: (seconds: number) => (seconds < 60 ? `${n(seconds)} ثانیه` : `${n(seconds / 60)} دقیقه`),
    off: 'بدون محدودیت',
    muteAll: 'همه‌ی حاضران جز میزبان‌ها',
    lockTitle: 'کسان تازه',
    approve: 'تازه‌واردان منتظر میزبان بمانند',
    approvalIs: (on: boolean) =>
      on ? 'تازه‌واردان منتظر میزبان می‌مانند.' : 'تازه‌واردان بی‌درنگ وارد می‌شوند.',
    lock: 'بستن سرور',
    bans: 'کسانی که راهشان بسته است',
    noBans: 'راه کسی بسته نیست.',
    banned: (by: string, until: string, address: boolean) =>
      `از سوی ${by}${until === '' ? '' : `، تا ${until}`}${address ? '، با نشانی' : ''}`,
    unban: 'باز کردن راه',
    door: 'پشت در',
    knocks: (address: string) => `برنامه‌ای از \u2068${address}\u2069 در می‌زند:`,
    knocksAs: (address: string, name?: string) =>
      name === undefined
        ? `کسی از \u2068${address}\u2069 در می‌زند.`
        : `${name} از \u2068${address}\u2069 در می‌زند.`,
    letIn: 'راه دادن',
    turnAway: 'راه ندادن',
    moreKnocks: (count: number) => `${n(count)} برنامه‌ی دیگر پشت در`,
    unbanName: (name: string) => `باز کردن راه ${name}`,

    spoken: (count: number, mentions: number) =>
      mentions === 0
        ? `${n(count)} پیام تازه`
        : `${n(count)} پیام تازه، ${n(mentions)} پیام خطاب به شما`,
    mentioned: (name: string) => `${name} از شما نام برد`,
    saidIn: (name: string, room: string) => `${name} در ${room}`,
    mentionedIn: (name: string, room: string) => `${name} در ${room} از شما نام برد`,

    terminals: 'ورود از پایانه',
    howToJoin: 'راه‌های پیوستن',
    smaller: 'نوشتهٔ کوچک‌تر',
    larger: 'نوشتهٔ بزرگ‌تر',
    beginTitle: 'هنوز کسی چیزی ننوشته است.',
    beginOpen: 'رمزینه را بخوانید، یا این نشانی را باز کنید:',
    beginTerminal: 'یا در پایانه:',
    beginCode: 'کد اتاق:',
    beginWrite: 'آنچه بنویسید همین‌جا دیده می‌شود.',
    terminalsLead: 'چیزی برای نصب نیست: هر یک از این سطرها شما را به این اتاق می‌آورد.',
    terminalsRoom: 'سپس به این اتاق بیایید:',
    starters: 'برنامه بنویسید',
    startersLead:
      'هر یک از اینها برنامه‌ای کامل است و نشانی این سرور را دارد. آن را ذخیره و اجرا کنید و از همان‌جا ادامه دهید.',
    copy: 'رونوشت',
    copied: 'رونوشت شد',
    onPhone: 'با تلفن',
    qrOf: (url: string) => `کد QR برای ${url}`,
    alsoAt: 'همچنین در:',
    alone: 'تنها همین دستگاه می‌تواند وارد شود. برای ورود دیگران، سرور را چنین آغاز کنید:',

    searchLabel: 'واژه‌هایی برای جست‌وجو',
    day: 'روز',
    goToDay: 'رفتن به روز',
    nothingSince: 'از آن روز تاکنون چیزی گفته نشده است.',
    filters: 'پالایش',
    searchFrom: 'نویسنده',
    searchRoom: 'اتاق',
    allRooms: 'همه‌ی اتاق‌ها',
    searchSince: 'از روز',
    searchUntil: 'پیش از روز',
    mentionsMe: 'خطاب به من',
    searchWrong:
      'پالایش را چنین بنویسید: \u2066from:alice after:2026-11-20 before:today on:yesterday mentions:me\u2069',
    found: (count: number) => (count === 0 ? 'چیزی پیدا نشد.' : `${n(count)} پیام`),

    transcript: 'ذخیره‌ی گفت‌وگو',
    period: 'زمان',
    periods: { today: 'امروز', all: 'هر آنچه نگه داشته شده', part: 'بخشی از آن' },
    from: 'از',
    to: 'تا',
    format: 'قالب',
    formats: {
      text: 'متن، هر پیام در یک سطر',
      markdown: 'Markdown، برای یادداشت',
      ndjson: 'NDJSON، برای برنامه‌ها',
    },
    saveFile: 'ذخیره',
    transcriptLoading: 'در حال بار شدن …',
    transcriptSaved: (file: string) => `با این نام ذخیره شد: \u2068${file}\u2069`,
    transcriptFailed: 'گفت‌وگو بار نشد. دوباره بکوشید.',
    transcriptEmpty: 'آغاز باید پیش از پایان باشد.',
    noTranscript: 'تنها گفت‌وگوی اتاق‌ها را می‌توان ذخیره کرد، نه گفت‌وگوی دو نفره را.',
    shortcuts: 'کلیدهای میان‌بر',
    shortcut: {
      send: 'فرستادن پیام',
      newLine: 'آغاز سطری تازه',
      recall: 'فراخواندن آنچه فرستاده‌اید، هنگامی که نشانگر دیگر جابه‌جا نمی‌شود',
      complete: 'کامل کردن فرمان، نام یا شکلک',
      accept: 'پذیرفتن پیشنهاد',
      log: 'رفتن از جای نوشتن به پیام‌ها',
      move: 'در میان پیام‌ها: رفتن از یکی به دیگری',
      buttons: 'در میان پیام‌ها: رفتن به پیوندها و دکمه‌های یک پیام',
      back: 'بستن، یا بازگشت به جای نوشتن',
      rooms: 'رفتن به اتاق پیشین یا بعدی',
      letIn: 'راه دادن به نخستین کسی که در زده است',
      sheet: 'دیدن این فهرست، مگر هنگام نوشتن',
    },
    language: 'زبان',
    asBrowser: 'مانند مرورگر',
    theme: 'پوسته',
    asSystem: 'مانند سامانه',
    light: 'روشن',
    dark: 'تیره',
    clock: 'ساعت',
    hours12: '۱۲ ساعته',
    hours24: '۲۴ ساعته',
    seconds: 'زمان‌ها با ثانیه',
    utc: 'زمان‌ها به وقت جهانی (UTC)',
    typeSize: 'اندازه‌ی نوشته',
    sizes: ['کوچک', 'معمولی', 'بزرگ', 'بزرگ‌تر'],
    announcements: 'آنچه صفحه‌خوان می‌خواند',
    announceAll: 'همه‌ی پیام‌ها',
    announceMentions: 'آنچه خطاب به من است',
    announceNone: 'هیچ',
    notices: 'اعلان‌ها',
    notifications: 'هنگامی که به جای دیگری نگاه می‌کنم خبرم کن',
    noticesIn: (room: string) => `در ${room}`,
    levels: {
      all: 'هر پیام',
      calls: 'نام بردن از من و واژه‌هایم',
      none: 'هیچ',
    },
    words: 'واژه‌هایی که مانند نام من‌اند',
    wordsExample: 'تمرین ۴، مهلت',
    quiet: 'مزاحم نشوید',
    quietOff: 'خاموش',
    quietHour: 'برای ۱ ساعت',
    quietOn: 'تا به آن پایان دهم',
    quietUntil: (time: string) => `تا ${time}`,
    notificationsDenied: 'این مرورگر اعلان را برای این صفحه اجازه نمی‌دهد.',
    sound: 'پخش صدا',

    wire: 'نمای سیم',
    wireLead: 'ببینید سرور چه می‌خواند و چه می‌نویسد',
    wireChat: 'بازگشت به گفت‌وگو',
    wireConnections: 'اتصال‌ها',
    wireHost: 'شما میزبان هستید: همه‌ی اتصال‌ها را می‌بینید.',
    wireClient: 'کارخواه',
    wireServer: 'سرور',
    wireNobody: 'هنوز بی‌نام',
    wireOwn: 'همین صفحه',
    wireClosed: 'بسته',
    wireLadder: 'خواندن‌ها و نوشتن‌ها، تازه‌ترین در پایان',
    wireHint: 'هر خواندن و هر نوشتن سرور از این لحظه. کدها، توکن‌ها و پیام‌های خصوصی پوشانده می‌شوند.',
    wireDenied: 'سرور این اتصال را نشان نمی‌دهد. شاید پیوند کهنه است.',
    wireFailed: 'سرور این کار را نکرد. دوباره بکوشید.',
    wireForm: 'شکل نمایش بایت‌ها',
    wireForms: { text: 'متن', escapes: 'گریز', hex: 'شانزده‌شانزدهی' },
    wireRead: 'خوانده شد:',
    wireWrite: 'نوشته شد:',
    wireBytes: (count) => `${n(count)} بایت`,
    wireLeft: (count) => `… و ${n(count)} بایت دیگر`,
    wireMessage: (reads) => (reads > 1 ? `پیام از ${n(reads)} خواندن` : 'پیام'),
    wireMade: (reads, end) => `از ${reads.map((one) => `#${one}`).join('، ')} · ${end}`,
    wireEnds: {
      LF: 'پایان با LF',
      'CR LF': 'پایان با CR LF',
      CR: 'پایان با CR',
      'CR NUL': 'پایان با CR NUL',
      NUL: 'پایان با NUL',
      frame: 'یک پیام WebSocket',
      datagram: 'یک دیتاگرام',
      pause: 'بی‌پایان سطر: درنگ پایانش داد',
      end: 'بی‌پایان سطر',
    },
    wireEvents: {
      'client ended': 'FIN از کارخواه: دیگر چیزی نمی‌فرستد.',
      'server ended': 'FIN از سرور: دیگر چیزی نمی‌فرستد.',
      closed: 'اتصال بسته شد.',
    },
    wireDiagnoses: {
      joined:
        'دو پیام در یک خواندن رسید. TCP جریانی از بایت‌هاست: یک send همان یک recv نیست. در یک بافر بخوانید و سطرها را از آن بردارید.',
      split:
        'یک پیام در چند خواندن رسید. TCP جریانی از بایت‌هاست: یک send همان یک recv نیست. تا رسیدن پایان سطر بخوانید.',
      no_line_end:
        'پیام پایان سطر ندارد و سرور باید درنگ می‌کرد که شاید ادامه‌اش برسد. هر پیام را با یک line feed پایان دهید.',
      nul: 'پس از پیام بایت‌های NUL آمده است: برنامه همه‌ی بافر خود را می‌فرستد. تنها بایت‌های متن و یک line feed بفرستید.',
      length:
        'بایت‌های پیش از پیام، طول آن است. این سرور سطر می‌خواند: طول را نفرستید و هر پیام را با یک line feed پایان دهید.',
      large:
        'سرور بیش از ۱۰۲۴ بایت را یک‌جا نوشته است. یک recv(1024) تنها بخشی از آن را می‌گیرد و بقیه با recv بعدی می‌آید. recv را در حلقه فرا بخوانید.',
      flush:
        'چند پیام با هم رسید، چنان که از بافری پر یا در پایان کار: گویا برنامه flush نمی‌کند. پس از هر پیام flush کنید.',
      unread:
        'کارخواه نمی‌خواند: آنچه سرور می‌نویسد در انتظار است. هنگام انتظار برای ورودی هم recv را فرا بخوانید، با یک رشته یا با select.',
      reset:
        'کارخواه اتصال را بست با آن که بایت‌هایی برایش خوانده نشده بود، پس سیستم او RST فرستاد. نخست فرستادن را پایان دهید، سپس تا پایان بخوانید.',
      threads:
        'پیامی در میان پیامی دیگر آغاز شده است: شاید دو رشته هم‌زمان روی این سوکت می‌فرستند. هر پیام را با یک فراخوانی بفرستید و در آن میان قفلی نگه دارید.',
    },
    wireSave: 'ذخیره',
    wireSame: 'همین به شکل برنامه',
    wireLab: 'آزمایشگاه خطا',
    wireLabNote:
      'این سیم را حداکثر یک دقیقه دگرگون می‌کند و به صاحبش خبر می‌دهد. برای پایان دوباره بزنید. تنها قطع ناگهانی، بستن یک‌سویه و دورانداختن دیتاگرام‌ها بایت گم می‌کنند.',
    wireLabAll: 'برای همه‌ی اتصال‌های خام این اتاق',
    wireFaults: {
      delay: 'تأخیر',
      bytes: 'بایت به بایت',
      join: 'پیوستن نوشتن‌ها',
      slow: 'کند کردن',
      stop: 'نخواندن',
      half: 'نیمه‌بستن',
      drop: 'دورانداختن هر دومین دیتاگرام',
      reset: 'قطع ناگهانی',
    },
    wireKernel: 'هسته:',
    wireCalls: {
      socket: 'از هسته یک سوکت می‌خواهد: یک سرِ اتصالی که هنوز نیست.',
      bind: 'به سوکت نشانی و درگاه محلی می‌دهد تا کارخواهان بدانند کجا بروند.',
      listen: 'به هسته می‌گوید برای این سوکت اتصال بپذیرد و تا accept نگه دارد.',
      accept:
        'اتصالی منتظر را برمی‌دارد. سرور سوکتی تازه می‌گیرد که به همان درگاه محلی بسته است: تنها چهار عدد با هم (دو نشانی و دو درگاه) اتصال را مشخص می‌کنند.',
      connect: 'به نشانی سرور وصل می‌شود. هسته درگاهی آزاد را برمی‌گزیند.',
      recv: 'بایت‌های رسیده را برمی‌دارد، حداکثر به اندازه‌ی خواسته. شاید کمتر از یک پیام باشد یا بیشتر. هیچ بایت: آن سو پایان داده است.',
      send: 'بایت‌ها را به هسته می‌دهد تا هرگاه بتواند بفرستد. این که یک recv در آن سو چند تا می‌گیرد معلوم نیست.',
      recvfrom:
        'یک دیتاگرام رسیده و نشانی فرستنده‌اش را برمی‌گرداند. ماندهٔ دیتاگرام بلندتر گم می‌شود.',
      sendto:
        'یک دیتاگرام برای این نشانی به هسته می‌سپارد. کامل می‌رسد؛ یک بار، دو بار یا هیچ، و شاید پس از بعدی.',
      shutdown: 'می‌گوید دیگر بایتی نمی‌آید (FIN). سوی دیگر باز می‌ماند.',
      close: 'سوکت را پس می‌دهد. اگر بایت‌های نخوانده در آن باشد، آن سو RST می‌گیرد.',
    },
    wireFix: 'چه بنویسید',
    wireCarries: (count) => `${n(count)} سطر در یک نوشتن`,
    wireCut: 'در میان یک نویسه بریده شده',
    wireWaits: 'در انتظار پایان پیام',
    wireMasked: 'بخشی پوشانده شده',
  },
}
