/**
 * A class: thirty programs and five pages behind one address, which give the room code. None of them
 * is limited. A host mutes all, lets one speak, and removes a message, which nobody sees any more.
 */
import { expect } from 'vitest'
import type { Config } from '../../server/config.ts'
import { options } from '../../server/config.ts'
import { type TestGateway, testGateway } from './gateway.ts'
import { HOST_KEY } from './hosts.ts'
import { pageClient } from './page.ts'
import { type RawClient, rawClient } from './raw.ts'

const PROGRAMS = 30
const PAGES = 5
const CODE = 'amber-fox-lamp'
/** Messages of each program. */
const MESSAGES = 8

/** The limits by address as they are by default, also for this machine. */
function defaultLimits(): Partial<Config> {
  const defaultOf = <K extends keyof Config>(name: K): Config[K] => {
    const read = options[name].read(options[name].default)
    if ('fault' in read) throw new Error(read.fault)
    return read.value
  }
  return {
    addressConnections: defaultOf('addressConnections'),
    addressConnects: defaultOf('addressConnects'),
    addressMessages: defaultOf('addressMessages'),
    addressJoins: defaultOf('addressJoins'),
    addressRenames: defaultOf('addressRenames'),
    addressCodes: defaultOf('addressCodes'),
    flood: defaultOf('flood'),
    trust: { networks: [], limitsLocal: true },
  }
}

const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0)

/** Its clients connect in turn to each of `count` gateways with these data. */
export async function aClass(data: string, count = 1): Promise<void> {
  const config = { ...defaultLimits(), code: CODE, hostKey: HOST_KEY, data }
  const gateways: TestGateway[] = []
  while (gateways.length < count) gateways.push(await testGateway(config))
  const gateway = (at: number) => gateways[at % count] as TestGateway
  const { lobby } = gateway(0).rooms
  const pages = await Promise.all(
    Array.from({ length: PAGES }, async (_, at) => {
      const page = await pageClient(gateway(at).webUrl)
      await page.hello({ name: `page-${at}`, code: CODE })
      return page
    }),
  )
  const programs: RawClient[] = await Promise.all(
    Array.from({ length: PROGRAMS }, async (_, at) => {
      const program = await rawClient(gateway(at).tcp.port)
      program.send(`${CODE}\n/name pupil-${at}\n`)
      await program.until(`You are pupil-${at} now.\n`)
      return program
    }),
  )
  for (const [at, program] of programs.entries()) {
    program.send(Array.from({ length: MESSAGES }, (_, n) => `message ${at}.${n}.\n`).join(''))
  }
  await expect.poll(() => lobby.log.head()).toBe(PROGRAMS * MESSAGES)
  // Each program was asked for the code, and nothing else was rejected.
  const refusals = gateways.flatMap(({ rooms }) => [...rooms.tally.refusals])
  expect(new Set(refusals.map(([code]) => code))).toEqual(new Set(['code_needed']))
  expect(sum(refusals.map(([, times]) => times))).toBe(PROGRAMS)
  const insiders = gateways.map(({ rooms }) => rooms.doors.networks.of('127.0.0.1').insiders)
  expect(sum(insiders)).toBe(PROGRAMS + PAGES)

  const [host, ...others] = pages
  const [first, second] = programs
  if (host === undefined || first === undefined || second === undefined) return
  host.send({ type: 'host', key: HOST_KEY })
  await host.until('is a host now')
  host.send({ type: 'act', act: { type: 'mute' } })
  for (const program of programs) await program.until('* page-0 muted')
  host.send({ type: 'act', act: { type: 'unmute', person: 'pupil-0' } })
  await first.until('* page-0 unmuted pupil-0')
  second.send('not heard\n')
  await second.until('! Everybody here is muted.')
  first.send('a rude word\n')
  const { seq } = await host.until('a rude word')
  host.send({ type: 'act', act: { type: 'redact', seq } })
  for (const other of others) {
    await other.next('events', ({ events }) =>
      events.some(({ act }) => act?.type === 'redact' && act.seq === seq),
    )
  }
  const late = await pageClient(gateway(1).webUrl)
  const { events } = await late.hello({ code: CODE, history: 200 })
  expect(events.find((event) => event.seq === seq)).toMatchObject({
    text: '',
    redacted: { by: 'page-0' },
  })
  expect(JSON.stringify(events)).not.toMatch(/rude|not heard/)
  for (const { close } of gateways) await close()

  const again = await testGateway({ ...config, code: undefined, hostKey: undefined })
  const after = await pageClient(again.webUrl)
  const welcome = await after.hello({ code: CODE, history: 200 })
  expect(JSON.stringify(welcome.events)).not.toMatch(/rude|not heard/)
  after.send({ type: 'say', text: 'still muted?' })
  await after.next('error', ({ code }) => code === 'muted')
}
