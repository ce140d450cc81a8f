/**
 * Colours for names at one terminal: two people have two looks, as far as there are looks.
 *
 * MUST hold no more names than there are looks: the one that was shown longest ago gives up its own.
 */
import { colorOf, NAME_COLORS, painted } from '../../../shared/dialect/style.ts'
import { foldName } from '../../../shared/fold.ts'

const bold = (text: string): string => `\x1b[1m${text}\x1b[22m`

/** Each colour, plain and bold. There are no others that are legible on dark and on light. */
const LOOKS = NAME_COLORS.length * 2

export class Palette {
  /** By folded name, the one shown longest ago first. */
  readonly #looks = new Map<string, number>()

  paint(name: string): string {
    const look = this.#lookOf(name)
    const text = painted(name, look % NAME_COLORS.length)
    return look < NAME_COLORS.length ? text : bold(text)
  }

  #lookOf(name: string): number {
    const folded = foldName(name)
    const look = this.#looks.get(folded) ?? this.#free(colorOf(name))
    this.#looks.delete(folded)
    this.#looks.set(folded, look)
    return look
  }

  /** `wanted`: the look that the name has elsewhere. */
  #free(wanted: number): number {
    const taken = new Set(this.#looks.values())
    for (let step = 0; step < LOOKS; step += 1) {
      const look = (wanted + step) % LOOKS
      if (!taken.has(look)) return look
    }
    const [oldest = '', look = wanted] = [...this.#looks][0] ?? []
    this.#looks.delete(oldest)
    return look
  }
}
