/** Several copied rows become lines as on a terminal, without the labels of buttons. */
import { CONTINUED } from '../../shared/lines.ts'
import { stampOf } from '../moment.ts'
import type { Entry } from '../state.ts'
import { changesText, sentenceOf, shownText } from './row.ts'
import type { Rows } from './rows.ts'

export function connectCopying(scroller: HTMLElement, rows: Rows): () => void {
  function scrollerOnCopy(event: ClipboardEvent) {
    const selection = getSelection()
    if (!selection || selection.rangeCount === 0 || !event.clipboardData) return
    const range = selection.getRangeAt(0)
    const first = rows.of(range.startContainer)?.element
    // A part of one row is copied as selected.
    if (first?.contains(range.endContainer)) return
    const list = scroller.querySelectorAll('ol:first-of-type > .row')
    const picked = [...list].filter((row) => range.intersectsNode(row))
    const lines = picked.map((row) => rows.of(row)).flatMap((row) => (row ? lineOf(row.entry) : []))
    if (lines.length < 2) return
    event.clipboardData.setData('text/plain', lines.join('\n'))
    event.preventDefault()
  }
  scroller.addEventListener('copy', scrollerOnCopy)
  return () => scroller.removeEventListener('copy', scrollerOnCopy)
}

/**
 * `[12:21:15] <alice> text`; all but messages begin with `*`. Further lines have the mark of terminals,
 * so that they cannot look like another message.
 */
export function lineOf(entry: Entry): string {
  const stamp = `[${stampOf(entry.at)}]`
  if (entry.kind === 'presence') return `${stamp} * ${changesText(entry)}`
  const { kind, from, redacted } = entry.event
  const text = shownText(entry.event).replaceAll('\n', `\n${CONTINUED}`)
  if (redacted) return `${stamp} * ${from.name}: ${text}`
  if (kind === 'topic' || kind === 'act') return `${stamp} * ${sentenceOf(entry.event)}`
  if (kind === 'message') return `${stamp} <${from.name}> ${text}`
  return kind === 'action' ? `${stamp} * ${from.name} ${text}` : `${stamp} * ${text}`
}
