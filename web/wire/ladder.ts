/**
 * The ladder on the page: a list element whose rows are made by hand, once for each rung, since hundreds
 * may come in a second. Rows come and go once per frame.
 *
 * MUST keep the rows that a person reads where they are, unless the newest one is in view.
 */
import { type Diagnosis, diagnoses } from '../../shared/diagnoses.ts'
import { type Bytes, bytesOf, gapText, type Rung, type Token, timeText } from '../../shared/wire.ts'
import { oncePerFrame } from '../frame.ts'
import { more } from '../language/more.ts'
import { type Form, shownBytes } from './bytes.ts'

/** Rows in the document; the oldest are removed. */
const MOST_ROWS = 400
/** Characters above which bytes are folded, and bytes that are shown of them then. */
const FOLDED = 280
const FOLDED_BYTES = 64
/** Distance from the end, in pixels, at which the newest row counts as in view. */
const NEAR = 32

type Row = { rung: Rung; element: HTMLElement }

export class LadderRows {
  /** Receives the rungs that were drawn for the first time. */
  onDrawn: (rungs: readonly Rung[]) => void = () => {}
  readonly #list: HTMLElement
  readonly #rows = new Map<number, Row>()
  #form: Form = 'text'
  #new: Rung[] = []
  readonly #requestFrame = oncePerFrame(() => this.#settle())

  constructor(list: HTMLElement) {
    this.#list = list
    let wasAtEnd = true
    list.addEventListener('scroll', () => {
      wasAtEnd = this.#isAtEnd
    })
    // What stands above it may become larger.
    new ResizeObserver(() => wasAtEnd && this.#scrollToEnd()).observe(list)
  }

  set form(form: Form) {
    if (form === this.#form) return
    this.#form = form
    const isAtEnd = this.#isAtEnd
    for (const row of this.#rows.values()) this.#draw(row)
    if (isAtEnd) this.#scrollToEnd()
  }

  get rungs(): Rung[] {
    return [...this.#rows.values()].map(({ rung }) => rung)
  }

  clear(): void {
    this.#new = []
    this.#rows.clear()
    this.#list.replaceChildren()
  }

  take(rungs: readonly Rung[]): void {
    this.#new.push(...rungs)
    if (this.#new.length > 2 * MOST_ROWS) this.#new.splice(0, this.#new.length - MOST_ROWS)
    this.#requestFrame()
  }

  #settle(): void {
    const isAtEnd = this.#isAtEnd
    const fresh = document.createDocumentFragment()
    const [oldest = 0] = this.#rows.keys()
    // The latest form of each; what was removed does not come back.
    const latest = new Map(this.#new.filter(({ n }) => n >= oldest).map((rung) => [rung.n, rung]))
    this.onDrawn([...latest.values()].filter(({ n }) => !this.#rows.has(n)))
    for (const rung of latest.values()) {
      const known = this.#rows.get(rung.n)
      if (known !== undefined) {
        known.rung = rung
        this.#draw(known)
        continue
      }
      const element = document.createElement('li')
      const row = { rung, element }
      this.#rows.set(rung.n, row)
      this.#draw(row)
      fresh.append(element)
    }
    this.#new = []
    this.#list.append(fresh)
    for (const [n, { element }] of this.#rows) {
      // Above a row that is being read, nothing goes away.
      if (this.#rows.size <= MOST_ROWS || (!isAtEnd && this.#rows.size <= 2 * MOST_ROWS)) break
      element.remove()
      this.#rows.delete(n)
    }
    if (isAtEnd) this.#scrollToEnd()
  }

  get #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#list
    return scrollHeight - clientHeight - scrollTop < NEAR
  }

  /** Again in the next frame: a new row has its height only when it was in view. */
  #scrollToEnd(): void {
    this.#list.scrollTop = this.#list.scrollHeight
    requestAnimationFrame(() => {
      this.#list.scrollTop = this.#list.scrollHeight
    })
  }

  #draw({ rung, element }: Row): void {
    const wasOpen = element.querySelector('details')?.open === true
    element.className = `rung rung-${rung.type === 'event' ? rung.what.replace(' ', '-') : rung.type}`
    element.replaceChildren(this.#when(rung), ...this.#content(rung, wasOpen))
  }

  #when(rung: Rung): HTMLElement {
    const before = this.#rows.get(rung.n - 1)
    const time = made('time', '', timeText(rung.at))
    const gap = made('span', 'gap', before === undefined ? '' : gapText(rung.at - before.rung.at))
    const when = made('p', 'when')
    when.append(time, gap)
    return when
  }

  #content(rung: Rung, isOpen: boolean): HTMLElement[] {
    if (rung.type === 'message') {
      const { text, from, end } = rung
      const lane = words('p', 'lane', more.wireMessage(from.length))
      const facts = words('p', 'facts', more.wireMade(from, more.wireEnds[end]))
      const shown = text.length > FOLDED ? `${text.slice(0, FOLDED_BYTES)}…` : text
      return [lane, made('p', 'bytes', shown), facts]
    }
    if (rung.type === 'event') {
      const { what, text, code } = rung
      if (code !== undefined) return [diagnosis(code, isOpen)]
      const known = more.wireEvents[what as keyof typeof more.wireEvents] ?? text
      return [words('p', 'event', known)]
    }
    const arrow = words('span', 'arrow', more.wireBytes(rung.size))
    const said = rung.type === 'read' ? more.wireRead : more.wireWrite
    const lane = made('p', 'lane')
    lane.append(made('span', 'unseen', `${said} `), made('span', 'number', `#${rung.n}`), arrow)
    const facts = factsOf(rung)
    return [lane, this.#bytes(rung, isOpen), ...(facts === '' ? [] : [words('p', 'facts', facts)])]
  }

  #bytes(rung: Bytes, isOpen: boolean): HTMLElement {
    const bytes = bytesOf(rung)
    const left = rung.size - bytes.length
    const all = shownBytes(bytes, this.#form)
    const size = all.reduce((sum, { text }) => sum + text.length, 0)
    const whole = made('pre', 'bytes')
    whole.append(...all.map(shownToken), left > 0 ? `\n${more.wireLeft(left)}` : '')
    if (size <= FOLDED) return whole
    whole.className = ''
    const fold = document.createElement('details')
    fold.className = 'bytes'
    fold.open = isOpen
    const summary = made('summary', '')
    summary.append(...shownBytes(bytes.subarray(0, FOLDED_BYTES), this.#form).map(shownToken), '…')
    fold.append(summary, whole)
    return fold
  }
}

/** What is wrong, and what to write instead. */
function diagnosis(code: Diagnosis, isOpen: boolean): HTMLElement {
  const { python, c } = diagnoses[code]
  const fold = document.createElement('details')
  fold.className = 'event'
  fold.open = isOpen
  const fix = made('dl', '')
  for (const [language, line] of [
    ['Python', python],
    ['C', c],
  ] as const) {
    const shown = made('dd', '')
    shown.append(made('code', '', line))
    fix.append(made('dt', '', language), shown)
  }
  const summary = made('summary', '')
  summary.append(words('span', '', more.wireDiagnoses[code]), ' ', words('u', '', more.wireFix))
  fold.append(summary, fix)
  return fold
}

function shownToken({ text, isEscape }: Token): Node {
  return isEscape ? made('i', '', text) : document.createTextNode(text)
}

function factsOf(rung: Bytes): string {
  const { parts = [], messages, waits, cut, hidden, type } = rung
  const facts = [...parts.map((part) => part)]
  if (type === 'write' && parts.length === 0 && messages !== undefined && messages > 1) {
    facts.push(more.wireCarries(messages))
  }
  if (cut) facts.push(more.wireCut)
  if (waits) facts.push(more.wireWaits)
  if (hidden) facts.push(more.wireMasked)
  return facts.join(' · ')
}

/** Of the page's language: the ladder itself is always from left to right. */
function words(tag: string, look: string, text: string): HTMLElement {
  const element = made(tag, look, text)
  element.dir = 'auto'
  return element
}

function made(tag: string, look: string, text = ''): HTMLElement {
  const element = document.createElement(tag)
  if (look !== '') element.className = look
  if (text !== '') element.textContent = text
  return element
}
