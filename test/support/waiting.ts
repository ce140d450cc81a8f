/**
 * Waiting for something to have happened: conditions that are looked at on each event,
 * never on a timer.
 */
export class Waiting {
  readonly #checks = new Set<() => void>()

  /** To be called when something has happened. */
  changed(): void {
    for (const check of [...this.#checks]) check()
  }

  /** Rejects after `ms` with what `describe` says was waited for. */
  until(condition: () => boolean, describe: () => string, ms = 8000): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#checks.delete(check)
        reject(new Error(`waited ${ms} ms for ${describe()}`))
      }, ms)
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
