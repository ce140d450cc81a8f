/** Callers that wait until the reader has been sent a channel up to a position of its feed. */
import type { Place } from './place.ts'

type Milestone = { place: Place; position: number; resolve: () => void }

export class Milestones {
  #waiting: Milestone[] = []

  /** Resolves when the place has reached the position, or is read no more. */
  until(place: Place, position: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ place, position, resolve }))
  }

  /** `places`: those that are read. */
  pass(places: readonly Place[]): void {
    if (this.#waiting.length === 0) return
    const before = this.#waiting
    this.#waiting = before.filter(
      ({ place, position }) => places.includes(place) && !place.hasReached(position),
    )
    for (const milestone of before) if (!this.#waiting.includes(milestone)) milestone.resolve()
  }
}
