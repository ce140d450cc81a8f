/**
 * A broadcast in one encoding: its units, and the bytes that each kind of transport makes
 * of them, made once for all readers.
 */
import type { Unit } from '../../shared/dialect/dialect.ts'

const NONE: readonly number[] = []

export class Encoded {
  readonly units: readonly Unit[]
  /** UTF-16 units of text: about the bytes on the wire. */
  readonly size: number
  /** Person id → the positions of that person's own units, ascending. */
  readonly #owned = new Map<string, number[]>()
  readonly #framed = new Map<unknown, unknown>()

  constructor(units: readonly Unit[]) {
    this.units = units
    let size = 0
    units.forEach(({ text, own }, position) => {
      size += text.length
      if (own === undefined) return
      const positions = this.#owned.get(own)
      if (positions === undefined) this.#owned.set(own, [position])
      else positions.push(position)
    })
    this.size = size
  }

  /** Positions of the units that are `personId`'s own, ascending. */
  ownUnits(personId: string): readonly number[] {
    return this.#owned.get(personId) ?? NONE
  }

  /** The result of `frame(units)`, computed once for each `frame` function. */
  framed<T>(frame: (units: readonly Unit[]) => T): T {
    if (!this.#framed.has(frame)) this.#framed.set(frame, frame(this.units))
    return this.#framed.get(frame) as T
  }
}

/** What one reader receives of an Encoded: all units but those at the positions in `omit`. */
export type Part = { encoded: Encoded; omit: readonly number[] }

export function whole(encoded: Encoded): Part {
  return { encoded, omit: NONE }
}

/** The part without the person's own units; undefined if no unit is left. */
export function partFor(encoded: Encoded, personId: string | undefined): Part | undefined {
  const omit = personId === undefined ? NONE : encoded.ownUnits(personId)
  return omit.length === encoded.units.length ? undefined : { encoded, omit }
}
