/**
 * A class: thirty programs and five pages behind one address, which give the room code. None of them
 * is limited. A host mutes all, lets one speak, and removes a message, which nobody sees any more.
 */
import { expect, it } from 'vitest'
import type { Config } from '../../server/config.ts'
import { options } from '../../server/config.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { HOST_KEY } from '../support/hosts.ts'
import { pageClient } from '../support/page.ts'
import { type RawClient, rawClient } from '../support/raw.ts'

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

it('thirty programs and five pages behind one address, and their host', async () => {
  const data = testFolder()
  const config = { ...defaultLimits(), code: CODE, hostKey: HOST_KEY, data }
  const gateway = await testGateway(config)
  const { tcp, webUrl, rooms, close } = gateway
  const pages = await Promise.all(
    Array.from({ length: PAGES }, async (_, at) => {
      const page = await pageClient(webUrl)
      await page.hello({ name: `page-${at}`, code: CODE })
      return page
    }),
  )
  const programs: RawClient[] = await Promise.all(
    Array.from({ length: PROGRAMS }, async (_, at) => {
      const program = await rawClient(tcp.port)
      program.send(`${CODE}\n/name pupil-${at}\n`)
      await program.until(`You are pupil-${at} now.\n`)
      return program
    }),
  )
  for (const [at, program] of programs.entries()) {
    program.send(Array.from({ length: MESSAGES }, (_, n) => `message ${at}.${n}.\n`).join(''))
  }
  await expect.poll(() => rooms.lobby.log.head()).toBe(PROGRAMS * MESSAGES)
  // Each program was asked for the code, and nothing else was rejected.
  expect([...rooms.tally.refusals]).toEqual([['code_needed', PROGRAMS]])
  expect(rooms.doors.networks.of('127.0.0.1').insiders).toBe(PROGRAMS + PAGES)

  const [host, ...others] = pages
  const [first, second] = programs
  if (host === undefined || first === undefined || second === undefined) return
  host.send({ type: 'host', key: HOST_KEY })
  await host.until('is a host now')
  host.send({ type: 'act', act: { type: 'mute' } })
  await first.until('* page-0 muted')
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
  const late = await pageClient(webUrl)
  const { events } = await late.hello({ code: CODE, history: 200 })
  expect(events.find((event) => event.seq === seq)).toMatchObject({
    text: '',
    redacted: { by: 'page-0' },
  })
  expect(JSON.stringify(events)).not.toMatch(/rude|not heard/)
  await close()

  const again = await testGateway({ ...config, code: undefined, hostKey: undefined })
  const after = await pageClient(again.webUrl)
  const welcome = await after.hello({ code: CODE, history: 200 })
  expect(JSON.stringify(welcome.events)).not.toMatch(/rude|not heard/)
  after.send({ type: 'say', text: 'still muted?' })
  await after.next('error', ({ code }) => code === 'muted')
})
