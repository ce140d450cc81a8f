/** A text that was found: from shortly before its first hit on, with all hits marked. */
import { Fragment } from 'preact'
import { hitsIn } from '../../shared/words.ts'

/** Characters that are shown before the first hit of a text that begins far before it. */
const LEAD = 80

export function Excerpt({ text, words }: { text: string; words: readonly string[] }) {
  const hits = hitsIn(text, words)
  const first = hits[0]?.from ?? 0
  // No pair of surrogates is cut.
  const lead = [...text.slice(0, first)].slice(-LEAD).join('')
  const start = first > 2 * LEAD ? first - lead.length : 0
  const ends = [start, ...hits.map(({ to }) => to)]
  return (
    <>
      {start > 0 && '…'}
      {hits.map(({ from, to }, at) => (
        <Fragment key={from}>
          {text.slice(ends[at], from)}
          <mark>{text.slice(from, to)}</mark>
        </Fragment>
      ))}
      {text.slice(ends.at(-1))}
    </>
  )
}
