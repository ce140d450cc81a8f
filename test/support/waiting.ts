/**
 * Waits for a condition, which is checked after each event and never on a timer.
 */

/**
 * How long, in ms, anything is waited for before it counts as hanging. It measures nothing:
 * a test that passes does not depend on it, on however slow a machine.
 */
export const HANGING_MS = 60_000

export class Waiting {
  readonly #checks = new Set<() => void>()

  /** To be called after each event. */
  changed(): void {
    for (const check of [...this.#checks]) check()
  }

  /** Rejects after HANGING_MS with what `describe` returns. */
  until(condition: () => boolean, describe: () => string): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#checks.delete(check)
        reject(new Error(`waited ${HANGING_MS} ms for ${describe()}`))
      }, HANGING_MS)
      const check = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#checks.delete(check)
        resolve()
      }
      this.#checks.add(check)
    })
  }
}
