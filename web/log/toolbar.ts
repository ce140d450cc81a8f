/** The full time of a row and the actions on a message: one toolbar, which moves to the row under the pointer or focus. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { SIGNS } from '../../shared/reactions.ts'
import { TAKE_BACK_MS } from '../../shared/redaction.ts'
import { answering } from '../answering.ts'
import { copyText } from '../clipboard.ts'
import { asked, canReceive, isHost, order, takeBack } from '../hosts.ts'
import { more } from '../language/more.ts'
import { exactTimeOf, fullTimeOf } from '../moment.ts'
import type { Session } from '../session.ts'
import { pageAddress } from '../share.ts'
import type { EventEntry, State } from '../state.ts'
import type { Rows } from './rows.ts'
import { element } from './text.ts'

/** How far the toolbar reaches into its row, so that a pointer finds no gap on its way there. */
const OVERLAP_PX = 3
/** Characters of a message that the composer shows while it is answered. */
const QUOTE_LENGTH = 120

export function connectToolbar(session: Session, list: HTMLElement, rows: Rows): () => void {
  const toolbar = element('span', 'toolbar')
  const link = button(more.copyLink, () => act((event) => copyLink(session, event)))
  const write = button(more.write, () => act((event) => open(session, event)))
  const reply = button(more.reply, () => act((event) => answer(session, event)))
  const takesBack = button(more.takeBack, () => act(({ seq }) => takeBack(session, seq)))
  const host = button(more.hostButton, () => act(openMenu))
  const react = button('☺', showSigns)
  react.ariaLabel = more.react
  react.title = more.react
  const signs = SIGNS.map((sign) =>
    button(sign, () => {
      hideSigns()
      act(({ seq }) => order(session, { type: 'react', seq, sign }))
    }),
  )
  const buttons = [reply, react, link, write, takesBack, host]
  const moment = element('span', 'moment')
  toolbar.append(moment, ...buttons, ...signs)

  /** In place of the other actions, for which there is no room then. */
  function showSigns() {
    for (const sign of signs) sign.hidden = false
    // Before the button with the focus is hidden: without focus, the toolbar is hidden, too.
    signs[0]?.focus()
    for (const one of buttons) one.hidden = true
  }

  function hideSigns() {
    // The focus must not be lost with the sign that has it.
    if (toolbar.contains(document.activeElement)) {
      toolbar.closest<HTMLElement>('.row')?.focus({ preventScroll: true })
    }
    for (const sign of signs) sign.hidden = true
    const entry = rows.of(toolbar)?.entry
    if (entry?.kind === 'event') offer(entry)
  }

  function act(run: (event: RoomEvent) => void): void {
    const entry = rows.of(toolbar)?.entry
    if (entry?.kind === 'event') run(entry.event)
  }

  function listOnPoint({ target }: Event) {
    placeIn(target as Element)
  }

  function placeIn(target: Element) {
    const row = rows.of(target)
    if (!row) return
    const { entry } = row
    if (toolbar.parentElement !== row.element) {
      row.element.append(toolbar)
      for (const sign of signs) sign.hidden = true
    }
    moment.textContent = exactTimeOf(entry.at)
    if (entry.kind === 'presence') for (const one of buttons) one.hidden = true
    else if (signs[0]?.hidden) offer(entry)
    const time = row.element.querySelector('time')
    if (time && time.title === '') time.title = fullTimeOf(entry.at)
    toolbar.style.insetBlockStart = `${topOf(toolbar, row.element, list)}px`
  }

  function offer(entry: EventEntry): void {
    const state = session.peek()
    const { act, redacted } = entry.event
    // There are no links to direct messages, and no reactions.
    link.hidden = state.person !== ''
    write.hidden = link.hidden || entry.mine || !canReceive(state, entry.event)
    reply.hidden = act !== undefined || redacted !== undefined
    react.hidden = reply.hidden || link.hidden
    takesBack.hidden = !canTakeBack(entry)
    host.hidden = !hasMenu(state, entry)
  }

  function listOnClick({ target }: Event) {
    const entry = rows.of(target as Element)?.entry
    if (entry?.kind !== 'event' || entry.mine || session.peek().person !== '') return
    if ((target as Element).matches('.name')) {
      asked.value = { type: 'menu', person: entry.event.from, event: entry.event }
    }
  }

  list.addEventListener('click', listOnClick)
  list.addEventListener('pointerover', listOnPoint, { passive: true })
  list.addEventListener('focusin', listOnPoint)
  // The pointer may have come to a row before this module was loaded.
  const pointed = list.querySelector('.row:hover')
  if (pointed !== null) placeIn(pointed)
  return () => {
    list.removeEventListener('click', listOnClick)
    list.removeEventListener('pointerover', listOnPoint)
    list.removeEventListener('focusin', listOnPoint)
  }
}

/**
 * The upper edge of the toolbar in its row, in pixels: it stands above the row, so that it covers
 * neither the row nor its time. Without room there, it stands below, or at the top of a long row.
 */
function topOf(toolbar: HTMLElement, row: HTMLElement, list: HTMLElement): number {
  const view = (list.closest('.log') ?? list).getBoundingClientRect()
  const { top, bottom, height } = row.getBoundingClientRect()
  const needed = toolbar.offsetHeight - OVERLAP_PX
  if (top - needed >= view.top) return -needed
  return bottom + needed <= view.bottom ? height - OVERLAP_PX : view.top - top
}

/** Whether it is a message of the reader, and new. */
function canTakeBack({ event, mine, at }: EventEntry): boolean {
  const isMessage = event.kind === 'message' || event.kind === 'action'
  return mine && isMessage && !event.redacted && Date.now() - at < TAKE_BACK_MS
}

/** Whether the reader is a host, and can do something to the message or its author. */
function hasMenu(state: State, { event, mine }: EventEntry): boolean {
  if (!isHost(state) || state.person !== '') return false
  return (!event.act && !event.redacted) || !mine
}

/** The focus will return to the row, because the toolbar follows the pointer. */
function openMenu(event: RoomEvent): void {
  document.activeElement?.closest<HTMLElement>('.row')?.focus({ preventScroll: true })
  asked.value = { type: 'person', person: event.from, event }
}

/** The next message answers this one. */
function answer(session: Session, { seq, from: { id, name }, text }: RoomEvent): void {
  const begun = text.slice(0, QUOTE_LENGTH).split('\n', 1)[0]?.trimEnd() ?? ''
  const quote = { from: { id, name }, text: begun === text ? text : `${begun} …` }
  answering.value = { room: session.peek().room, reply: seq, quote }
  document.getElementById('message')?.focus()
}

/** Shows the conversation with the sender. */
async function open(session: Session, { from }: RoomEvent): Promise<void> {
  if (await session.converse((all) => all.open(from))) document.getElementById('message')?.focus()
}

async function copyLink(session: Session, { seq }: RoomEvent): Promise<void> {
  const link = `${pageAddress()}#${seq}`
  session.hint((await copyText(link)) ? more.linkCopied : link)
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const result = element('button', '', label)
  result.type = 'button'
  result.tabIndex = -1
  result.addEventListener('click', onClick)
  return result
}
