/** The actions on a message: one toolbar, which moves to the row under the pointer or focus. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { copyText } from '../clipboard.ts'
import { asked, isHost } from '../hosts.ts'
import { more } from '../language/more.ts'
import { fullTimeOf } from '../moment.ts'
import type { Session } from '../session.ts'
import type { EventEntry, State } from '../state.ts'
import type { Rows } from './rows.ts'
import { element } from './text.ts'

/** Characters of a message that a reply quotes. */
const QUOTE_LENGTH = 120

export function connectToolbar(session: Session, list: HTMLElement, rows: Rows): () => void {
  const toolbar = element('span', 'toolbar')
  const link = button(more.copyLink, () => act((event) => copyLink(session, event)))
  const write = button(more.write, () => act((event) => open(session, event)))
  const reply = button(more.reply, () => act((event) => quote(session, event)))
  const host = button(more.hostButton, () => act(openMenu))
  toolbar.append(reply, link, write, host)

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
    if (row.entry.kind === 'event' && toolbar.parentElement !== row.element) {
      // There are no links to direct messages.
      link.hidden = session.peek().person !== ''
      write.hidden = link.hidden || row.entry.mine
      const { act, redacted } = row.entry.event
      reply.hidden = act !== undefined || redacted !== undefined
      row.element.append(toolbar)
    }
    host.hidden = row.entry.kind !== 'event' || !hasMenu(session.peek(), row.entry)
    const time = row.element.querySelector('time')
    if (time && time.title === '') time.title = fullTimeOf(row.entry.at)
  }

  function listOnClick({ target }: Event) {
    const entry = rows.of(target as Element)?.entry
    if (entry?.kind !== 'event' || entry.mine || session.peek().person !== '') return
    if ((target as Element).matches('.name')) open(session, entry.event)
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

/** Starts a reply below a quote of the message. */
function quote(session: Session, { from, text }: RoomEvent): void {
  const shown = text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH).trimEnd()} …` : text
  session.rewrite.value = (draft) => `> ${from.name}: ${shown}\n${draft}`
}

/** Shows the conversation with the sender. */
async function open(session: Session, { from }: RoomEvent): Promise<void> {
  if (await session.converse((all) => all.open(from))) document.getElementById('message')?.focus()
}

async function copyLink(session: Session, { seq }: RoomEvent): Promise<void> {
  const link = `${location.origin}${location.pathname}#${seq}`
  session.hint((await copyText(link)) ? more.linkCopied : link)
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const result = element('button', '', label)
  result.type = 'button'
  result.tabIndex = -1
  result.addEventListener('click', onClick)
  return result
}
