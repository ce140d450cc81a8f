/** What can be done with a message: one toolbar, which stands in the row pointed at or focused. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { fullTimeOf } from '../clock.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import type { Rows } from './rows.ts'
import { element } from './text.ts'

export function connectToolbar(session: Session, list: HTMLElement, rows: Rows): () => void {
  const toolbar = element('span', 'toolbar')
  toolbar.append(
    button(texts.reply, () => act(({ from, text }) => session.quote(from.name, text))),
    button(texts.copyLink, () => act(({ seq }) => session.copyLink(seq))),
  )

  function act(run: (event: RoomEvent) => void): void {
    const entry = rows.of(toolbar)?.entry
    if (entry?.kind === 'said') run(entry.event)
  }

  function listOnPoint({ target }: Event) {
    const row = rows.of(target as Element)
    if (!row) return
    if (row.entry.kind === 'said' && toolbar.parentElement !== row.element) {
      row.element.append(toolbar)
    }
    const time = row.element.querySelector('time')
    if (time && time.title === '') time.title = fullTimeOf(row.entry.at)
  }

  list.addEventListener('pointerover', listOnPoint, { passive: true })
  list.addEventListener('focusin', listOnPoint)
  return () => {
    list.removeEventListener('pointerover', listOnPoint)
    list.removeEventListener('focusin', listOnPoint)
  }
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const result = element('button', '', label)
  result.type = 'button'
  result.tabIndex = -1
  result.addEventListener('click', onClick)
  return result
}
