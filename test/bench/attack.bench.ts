/**
 * Ten people talk, and then one address attacks: how long their messages take to come back before
 * and during each attack. The attacker has a low priority, since it shares a core with the people.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, test } from 'vitest'
import { attacks } from '../support/attacks.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import type { Served } from '../support/program.ts'
import { buildPrograms } from './load/run.ts'
import { onCore, startProcess } from './peers/peer.ts'
import { digits, printTable } from './table.ts'

const PEOPLE = 10
/** The address of the people; the attack comes from 127.0.0.1. */
const ELSEWHERE = '127.0.0.2'
const CODE = 'amber-fox-lamp'
/** Time between two messages of one person, in ms. */
const PACE_MS = 50
const CALM_MS = 5000
const ROUNDS = 3

const main = resolve(import.meta.dirname, '../../dist/server/main.js')
const attacker = resolve(import.meta.dirname, '../../dist/bench/attacker.js')
const rows: string[][] = []

beforeAll(buildPrograms)

/** Talks until the promise is fulfilled. Returns the time, in ms, that each message took. */
async function talk(people: readonly PageClient[], until: Promise<unknown>): Promise<number[]> {
  let isOver = false
  void until.then(() => {
    isOver = true
  })
  const took: number[] = []
  await Promise.all(
    people.map(async (person, at) => {
      await sleep((PACE_MS * at) / people.length)
      while (!isOver) {
        const text = `${at} ${performance.now()}`
        const began = performance.now()
        person.send({ type: 'say', text })
        await person.until(text)
        took.push(performance.now() - began)
        person.messages.length = 0
        await sleep(PACE_MS)
      }
    }),
  )
  return took
}

function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN
}

async function round(what: string): Promise<{ calm: number[]; attacked: number[] }> {
  const door = what.startsWith('codes') ? ['--code', CODE] : ['--open']
  const options = ['--web-port', '0', '--tcp-port', '0', '--data', ':memory:', '--flood', 'off']
  const trust = ['--trust', `${ELSEWHERE},none`, '--log-level', 'error']
  const command = [process.execPath, main, ...options, ...trust, ...door]
  const { found, stop } = await startProcess(
    command,
    /web {2}(\w+:\/\/[^/\s]+)[\s\S]*nc \S+ (\d+)\n/,
  )
  const served: Served = { webUrl: found[1] as string, tcpPort: Number(found[2]) }
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, at) => {
      const person = await pageClient(served.webUrl, 'oneroom.v1', {}, ELSEWHERE)
      await person.hello({ name: `person-${at}` })
      return person
    }),
  )
  const calm = await talk(people, sleep(CALM_MS))
  const [first, args] = onCore(1, [process.execPath, attacker, what, JSON.stringify(served)])
  const child = spawn('nice', ['-n', '19', first, ...args], { stdio: 'inherit' })
  const attacked = await talk(people, once(child, 'exit'))
  for (const person of people) person.socket.terminate()
  await stop()
  return { calm, attacked }
}

test.each(Object.keys(attacks))('%s', async (what) => {
  const calm: number[] = []
  const attacked: number[] = []
  for (let at = 0; at < ROUNDS; at += 1) {
    const measured = await round(what)
    calm.push(...measured.calm)
    attacked.push(...measured.attacked)
  }
  const figures = [0.5, 0.99].flatMap((part) => {
    const [before, during] = [quantile(calm, part), quantile(attacked, part)]
    return [digits(before), digits(during), digits(during / before)]
  })
  rows.push([what, ...figures])
  const head = ['attack', 'p50 before', 'p50', 'ratio', 'p99 before', 'p99', 'ratio']
  printTable('Milliseconds until a message is back', head, rows)
})
