/**
 * One address attacks while ten people talk from another one. Nothing of theirs is lost, and the
 * server's memory stays bounded. `npm run bench -- attack` measures the delay of their messages.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attacks, release } from '../support/attacks.ts'
import { long } from '../support/long.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { serve } from '../support/program.ts'

const PEOPLE = 10
/** Most bytes by which the server may grow. */
const GROWN_BYTES = 50 * 1024 * 1024
/** The address of the people; the attack comes from 127.0.0.1. */
const ELSEWHERE = '127.0.0.2'
const CODE = 'amber-fox-lamp'

const ALWAYS = ['5,000 connections', 'connect, say', 'codes guessed', 'history that is never read']
const chosen = Object.entries(attacks).filter(
  ([name]) => long || ALWAYS.some((start) => name.startsWith(start)),
)

function memoryOf(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb) * 1024
}

/** Says one message after another, each when the one before is back. Returns their texts. */
async function talk(person: PageClient, name: string, isOver: () => boolean): Promise<string[]> {
  const said: string[] = []
  while (!isOver() || said.length < 5) {
    const text = `${name} ${said.length}`
    person.send({ type: 'say', text })
    await person.until(text)
    said.push(text)
  }
  return said
}

describe.skipIf(process.platform !== 'linux')('ten people lose nothing during', () => {
  it.each(chosen)('%s', async (_what, attack) => {
    onTestFinished(release)
    const isGuarded = attack === attacks['codes guessed at full speed']
    const door = isGuarded ? ['--code', CODE] : ['--open']
    const served = await serve('--trust', 'none', '--log-level', 'error', ...door)
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, async (_, at) => {
        const person = await pageClient(served.webUrl, 'oneroom.v1', {}, ELSEWHERE)
        await person.hello({ name: `person-${at}`, code: CODE })
        return person
      }),
    )
    const pid = served.server.child.pid as number
    const before = memoryOf(pid)
    let isOver = false
    const talks = people.map((person, at) => talk(person, `person-${at}`, () => isOver))
    await attack(served)
    isOver = true
    const said = (await Promise.all(talks)).flat()
    const grown = memoryOf(pid) - before
    const [first, ...others] = people as [PageClient, ...PageClient[]]
    for (const text of said) await first.until(text)
    const all = first.events.filter(({ from }) => from.name.startsWith('person-'))
    expect(all.map(({ text }) => text).sort()).toEqual(said.sort())
    const last = first.events.at(-1)?.seq ?? 0
    for (const other of others) {
      await other.next('events', ({ events }) => events.some(({ seq }) => seq >= last))
      const theirs = other.events.filter(({ seq }) => seq <= last)
      expect(theirs.map(({ seq }) => seq)).toEqual(
        first.events.filter(({ seq }) => seq <= last).map(({ seq }) => seq),
      )
    }
    expect(grown).toBeLessThan(GROWN_BYTES)
    expect(served.server.exitCode).toBeUndefined()
  })
})
