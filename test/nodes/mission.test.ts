/**
 * The mission, the resume test and the moderation test over three servers on one database: each client
 * connects to another server than the one before.
 */
import { describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { ServerMessage } from '../../shared/replies.ts'
import { aClass } from '../support/class.ts'
import { cutPage } from '../support/cuts.ts'
import { everything } from '../support/events.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { long } from '../support/long.ts'
import * as mission from '../support/mission.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'
import { type Served, serve } from '../support/program.ts'
import { codeOf, greeted, type RawClient, rawClient } from '../support/raw.ts'
import * as view from '../support/view.ts'

const CUTS = long ? 10 : 3
/** Clients of each kind at each server, and messages of each client in each of its rooms. */
const EACH = 5
const MESSAGES = 4

const postgres = await testPostgres()

describe.skipIf(postgres === undefined)('over three nodes', () => {
  const url = () => postgres?.url() ?? ''

  async function nodes(): Promise<[Served, Served, Served]> {
    const args = ['--data', url(), '--flood', 'off', '--host-key', HOST_KEY]
    return [await serve(...args), await serve(...args), await serve(...args)]
  }

  mission.it('a page, nc, a lock-step client and a C-style sender are in one room', async () => {
    await mission.inOneRoom(await nodes())
  })

  const longOnly = long ? mission.it : mission.it.skip
  longOnly('a page is in two rooms, and nc, lock-step and telnet clients in each', async () => {
    await mission.inTwoRooms(await nodes())
  })

  view.it(`a page that is cut off ${CUTS} times reads on at another node each time`, async () => {
    await cutPage(await nodes(), CUTS)
  })

  test('a class, and its host', async () => {
    await aClass(url(), 3)
  })

  test(`${12 * EACH} clients have the same order and the same numbers in two rooms`, async () => {
    const served = await nodes()
    const pages: PageClient[] = []
    const programs: RawClient[] = []
    const terminals: { client: RawClient; room: string; name: string }[] = []
    for (const { webUrl, tcpPort } of served) {
      for (let each = 0; each < EACH; each += 1) {
        const page = await pageClient(webUrl)
        await page.hello({ history: 0 })
        page.send({ type: 'join', room: 'physics', history: 0 })
        await page.next('joined')
        pages.push(page)
        const program = await rawClient(tcpPort)
        program.send('{"type":"hello","protocol":1,"history":0}\n')
        program.send('{"type":"join","room":"physics","history":0}\n')
        await program.until('"type":"joined"')
        programs.push(program)
        for (const room of ['lobby', 'physics']) {
          const { client, name } = await greeted(tcpPort)
          if (room === 'physics') {
            client.send('/join physics\n')
            await client.until('You are in physics now.')
          }
          terminals.push({ client, room, name })
        }
      }
    }
    for (let message = 1; message <= MESSAGES; message += 1) {
      for (const room of ['lobby', 'physics']) {
        for (const page of pages) page.send({ type: 'say', room, text: `page ${message}.` })
        const line = JSON.stringify({ type: 'say', room, text: `program ${message}.` })
        for (const program of programs) program.send(`${line}\n`)
      }
      for (const { client } of terminals) client.send(`terminal ${message}.\n`)
    }
    const count = MESSAGES * (pages.length + programs.length + terminals.length / 2)
    for (const room of ['lobby', 'physics']) {
      await expect.poll(async () => (await everything(served[0].webUrl, room)).length).toBe(count)
      const log = (await everything(served[0].webUrl, room)).map(shown)
      expect(log.map(([seq]) => seq)).toEqual(log.map((_, at) => at + 1))
      for (const page of pages) {
        await expect.poll(() => eventsIn(room, page.messages).length).toBe(count)
        expect(eventsIn(room, page.messages)).toEqual(log)
      }
      for (const program of programs) {
        await expect.poll(() => eventsIn(room, messagesOf(program)).length).toBe(count)
        expect(eventsIn(room, messagesOf(program))).toEqual(log)
      }
      for (const { client, name } of terminals.filter((one) => one.room === room)) {
        // A terminal does not receive its own lines.
        const others = log.filter(([, from]) => from !== name)
        const lines = others.map(([, from, text]) => `${from}: ${text}`)
        const heard = () => [...client.text.matchAll(/\] (\S+: .*)\n/g)].map(([, line]) => line)
        await expect.poll(() => heard().length).toBe(lines.length)
        expect(heard()).toEqual(lines)
      }
    }
  })

  test('a host mutes, kicks and bans at one node the people at another', async () => {
    const [one, other, third] = await nodes()
    const hana = await hostClient(one.webUrl)
    const ann = await pageClient(third.webUrl)
    await ann.hello({ name: 'Ann' })
    const { client: bob } = await greeted(other.tcpPort)
    const code = await codeOf(bob)
    bob.send('/name Bob\n')
    for (const page of [hana, ann]) {
      await page.next('presence', ({ joined, renamed }) =>
        [...joined, ...renamed].some(({ name }) => name === 'Bob'),
      )
    }
    hana.send({ type: 'act', act: { type: 'mute', person: 'Bob' } })
    await bob.until('* Hana muted Bob')
    bob.send('not heard\n')
    await bob.until('! You are muted')
    hana.send({ type: 'act', act: { type: 'unmute', person: 'Bob' } })
    await bob.until('* Hana unmuted Bob')
    bob.send('heard\n')
    await ann.until('heard')
    hana.send({ type: 'act', act: { type: 'kick', person: 'Bob', reason: 'off topic' } })
    expect(await bob.untilEnded()).toContain('! Hana removed you: off topic')
    await ann.next('presence', ({ left }) => left[0]?.name === 'Bob')
    const { client: again } = await greeted(third.tcpPort)
    again.send(`/resume ${code}\n`)
    await again.until('You are Bob again.')
    hana.send({ type: 'act', act: { type: 'ban', person: 'Bob', seconds: 3600 } })
    expect(await again.untilEnded()).toContain('! You are banned for ')
    await ann.until('banned Bob for 1 hour')
    const { client: late } = await greeted(other.tcpPort)
    late.send(`/resume ${code}\n`)
    expect(await late.untilEnded()).toContain('! You are banned for ')
    expect(ann.texts).not.toContain('not heard')
  })
})

type Shown = [seq: number, from: string, text: string]

const shown = ({ seq, from, text }: RoomEvent): Shown => [seq, from.name, text]

function messagesOf({ text }: RawClient): ServerMessage[] {
  const lines = text.slice(0, Math.max(0, text.lastIndexOf('\n')))
  // A program that says hello late is greeted as a terminal first.
  const messages = lines.split('\n').filter((line) => line.startsWith('{'))
  return messages.map((line) => JSON.parse(line))
}

/** The events of a room that a JSON client has received, in their order. */
function eventsIn(room: string, messages: readonly ServerMessage[]): Shown[] {
  return messages.flatMap((one) =>
    one.type === 'events' && (one.room ?? 'lobby') === room ? one.events.map(shown) : [],
  )
}
