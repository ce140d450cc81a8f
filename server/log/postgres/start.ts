/** The first connection to a database, and its faults as one sentence. */
import { asUnusable, LogUnusable } from '../unusable.ts'
import { faultOf, isAway } from './fault.ts'
import { Link } from './link.ts'
import { readTarget, type Target } from './target.ts'

/** How long an answer may take at the start, in ms. */
export const START_MS = 10_000

/**
 * Connects to a host that can be written, each of them tried once, and runs `work`. The caller MUST
 * close the link. Rejects with a LogUnusable, and leaves no connection then. `name`: of the
 * connection.
 */
export async function start<T>(
  url: string,
  name: string,
  work: (link: Link, target: Target) => Promise<T>,
): Promise<{ link: Link; target: Target; result: T }> {
  const target = readTarget(url)
  if (target === undefined) {
    throw new LogUnusable(
      'The URL of the PostgreSQL database cannot be read: it is postgres://user@host/database, and special characters in it are written as %XX.',
    )
  }
  const link = new Link(target, { name })
  try {
    await reach(link, target)
    return { link, target, result: await work(link, target) }
  } catch (error) {
    await link.close()
    throw asUnusable(error, sentenceOn(target))
  }
}

/** Returns what to say about an error of the database. */
export function sentenceOn({ place }: Target): (error: unknown) => string {
  return (error) => `The PostgreSQL database ${place} ${faultOf(error)}.`
}

async function reach(link: Link, { hostCount }: Target): Promise<void> {
  for (let host = 1; ; host += 1) {
    try {
      await link.query('SELECT 1', [], START_MS)
      return
    } catch (error) {
      if (host === hostCount || !isAway(error)) throw error
    }
  }
}
