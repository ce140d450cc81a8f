/** The reactions below a message, each with the names of its people; pressing one joins them, or leaves. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { more } from '../language/more.ts'
import { element } from './text.ts'

/** Names beside a sign; more are counted. */
const SHOWN_NAMES = 3

/** `ownIds`: every id that the reader had. */
export function drawReactions(
  row: Element,
  { reactions }: RoomEvent,
  ownIds: readonly string[],
): void {
  if (reactions === undefined) return
  const chips = reactions.map(({ sign, people }) => {
    const names = people.map(({ name }) => name)
    const shown = names.slice(0, SHOWN_NAMES).map((name) => element('bdi', '', name))
    const count = names.length - shown.length
    const parts = shown.flatMap((name, at) => (at === 0 ? [name] : [more.comma, name]))
    const chip = element('button', 'reaction', element('span', 'sign', sign), ' ', ...parts)
    if (count > 0) chip.append(` +${more.number(count)}`)
    chip.type = 'button'
    chip.tabIndex = -1
    chip.dataset.sign = sign
    chip.title = names.join(more.comma)
    chip.ariaLabel = more.reactedWith(sign, names.join(more.comma))
    chip.ariaPressed = String(people.some(({ id }) => ownIds.includes(id)))
    return chip
  })
  row.append(element('p', 'reactions', ...chips))
}
