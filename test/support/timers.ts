/**
 * The timers and sockets that the code under test keeps. Node's and Vitest's own timers
 * are not among them, because they do not come from the global functions.
 */
import { onTestFinished } from 'vitest'

/** Watches `setTimeout` until the test is over. The result lists the timers that are pending now. */
export function watchTimers(): () => string[] {
  const { setTimeout: start, clearTimeout: clear } = globalThis
  const pending = new Map<unknown, string>()
  const watchedStart = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer = start(() => {
      pending.delete(timer)
      run(...args)
    }, ms)
    pending.set(timer, `${ms} ms: ${run}`)
    return timer
  }
  const watchedClear = (timer?: NodeJS.Timeout | string | number) => {
    pending.delete(timer)
    clear(timer)
  }
  Object.assign(globalThis, { setTimeout: watchedStart, clearTimeout: watchedClear })
  onTestFinished(() => {
    Object.assign(globalThis, { setTimeout: start, clearTimeout: clear })
  })
  return () => [...pending.values()]
}

/** The TCP sockets and servers of this process that are not closed, by kind. */
export function openSockets(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'))
}
