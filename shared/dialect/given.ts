/** Reactions in lines: below a message that is read later, and those of a while in one line. */
import type { Reaction, RoomEvent } from '../protocol.ts'
import { firstLine } from '../quote.ts'
import { givenOf } from '../reactions.ts'
import type { Reacted } from '../replies.ts'
import type { Unit } from './dialect.ts'
import { inNotice, type Styled } from './naming.ts'
import { stampWidth } from './stamp.ts'

/** People whose names stand before a sign; more are counted. */
const SHOWN_PEOPLE = 5

/** Begins with a space, as no name, no stamp and no text does, and not as a further line of a message. */
export function givenLines({ reactions = [] }: RoomEvent, style: Styled): string[] {
  if (reactions.length === 0) return []
  const indent = style.stamps ? ' '.repeat(stampWidth(style)) : ''
  return [`${indent}  + ${givenText(reactions, style)}`]
}

/** `bob, carl 👍, dora 👀`. */
function givenText(reactions: readonly Reaction[], style: Styled): string {
  return reactions
    .map(({ sign, people }) => {
      const names = people.slice(0, SHOWN_PEOPLE).map(({ name }) => inNotice(name, style))
      const more = people.length - names.length
      return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${sign}`
    })
    .join(', ')
}

/** The quote ends the line, so that it cannot look like another one. */
export function reactedUnits({ messages }: Reacted, style: Styled): Unit[] {
  return messages.map(({ quote, reactions }) => {
    const [first, ...others] = givenOf({ reactions }).map(([, id]) => id)
    const isOfOne = first !== undefined && others.every((id) => id === first)
    const name = inNotice(quote.from.name, style)
    const text = `* ${givenText(reactions, style)} to ${name}: ${firstLine(quote)}`
    return isOfOne ? { text, own: first } : { text }
  })
}
