/**
 * Noise: random bytes on both ports. The server keeps working, its memory does not grow, and
 * the room contains only text that a connection has sent.
 */
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { TelnetDecoder } from '../../server/net/raw/telnet.ts'
import type { Reader } from '../../server/room/reader.ts'
import type { ServerMessage } from '../../shared/replies.ts'
import type { ClientMessage } from '../../shared/requests.ts'
import { sanitiseLines } from '../../shared/text.ts'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { long } from '../support/long.ts'
import { openPage } from '../support/page.ts'
import { randomFrom } from '../support/random.ts'
import { greeted, openRaw } from '../support/raw.ts'
import { testNetwork } from '../support/rooms.ts'

/** Connections at the same time, and how many follow each other in one lane. */
const LANES = 16
const LIVES = long ? 2000 : 60
/** Most growth of the heap after a quarter of the connections. */
const GROWTH_BYTES = 16_000_000

type Random = () => number
const upTo = (random: Random, most: number) => Math.floor(random() * most)
const pick = <T>(random: Random, from: readonly T[]) => from[upTo(random, from.length)] as T
const bytesOf = (random: Random, length: number, one: () => number) =>
  Uint8Array.from({ length: upTo(random, length) }, one)

const TELNET = [255, 255, 255, 240, 241, 242, 244, 246, 250, 251, 252, 253, 254, 24, 31, 6, 0, 1]
const ENDS = ['\n', '\r\n', '\r', '\r\0', '\0', '', '\n\n']
const OPENINGS = [
  ...[Buffer.from('aced0005', 'hex'), Buffer.from('800495', 'hex'), Buffer.of(0, 5)],
  ...[Buffer.of(255, 254), Buffer.of(254, 255), Buffer.from('{"type":"hello","protocol":1}\n')],
  ...[
    '{"type":',
    '/name ',
    '/stamps off\n',
    '/ascii on\n',
    '/turn on\n',
    '/me ',
    'GET / HTTP/',
  ].map((one) => Buffer.from(one)),
]

function word(random: Random): string {
  const letters = Array.from({ length: 1 + upTo(random, 8) }, () => 97 + upTo(random, 26))
  return String.fromCharCode(...letters)
}

function sentence(random: Random): string {
  return Array.from({ length: 1 + upTo(random, 5) }, () => word(random)).join(' ')
}

function anyText(random: Random): string {
  const point = () => pick(random, [0x80, 0x800, 0x3000, 0x10000, 0x110000])
  return String.fromCodePoint(
    ...Array.from({ length: upTo(random, 20) }, () => upTo(random, point())),
  ).replace(/\p{Cs}/gu, '')
}

/** One random chunk. */
function noise(random: Random): Uint8Array {
  const any = () => upTo(random, 256)
  switch (upTo(random, 6)) {
    case 0:
      return bytesOf(random, 400, any)
    case 1:
      return bytesOf(random, 60, () => (random() < 0.5 ? pick(random, TELNET) : any()))
    case 2:
      return Buffer.from(anyText(random) + pick(random, ENDS))
    case 3:
      return Buffer.from(sentence(random), random() < 0.5 ? 'utf16le' : 'utf8')
    case 4:
      return pick(random, OPENINGS)
    default:
      return Buffer.from(sentence(random) + pick(random, ENDS))
  }
}

/** Letters that a connection must have sent. Tokens that stand for control characters are left out. */
function lettersOf(text: string): string {
  // A combining mark may have composed with the last letter of a token.
  const typed = text.replace(/\\u\{?[0-9a-f]*/g, '').replace(/\^./g, '')
  return typed.replace(/[^a-z]/g, '')
}

/** Whether the bytes contain the letters in this order. */
function isAmong(letters: string, bytes: Uint8Array): boolean {
  let at = 0
  for (const byte of bytes) if (byte === letters.charCodeAt(at)) at += 1
  return at >= letters.length
}

/** Adds a reader to the room that collects the letters of each person. */
function listenTo({ room }: TestGateway) {
  const said = new Map<string, string>()
  let position = room.feed.head
  const hear = (message: ServerMessage): void => {
    if (message.type !== 'events') return
    for (const { from, text } of message.events) {
      expect(sanitiseLines(text)).toBe(text)
      said.set(from.id, (said.get(from.id) ?? '') + lettersOf(text))
    }
  }
  const reader: Reader = {
    via: 'server',
    remembersSeat: false,
    awaitsAnswer: false,
    isGone: false,
    isTyped: false,
    source: testNetwork,
    seqIn: () => undefined,
    positions: {},
    invite() {},
    wake() {
      for (let one = room.feed.at(position); one; one = room.feed.at(position)) {
        hear(one.message)
        position += 1
      }
    },
    deliver() {},
    follow() {},
    unfollow() {},
    stopFollowing() {},
    written: () => undefined,
    lost() {},
    close() {},
  }
  room.addReader(reader)
  return said
}

/** The bytes that one connection sent, and the ids of the members that it has been. */
type Life = { sent: Uint8Array[]; ids: Set<string> }

/** The ids of the members that the client at a port has been, from the server's log, which is emptied. */
function peopleIn({ logged }: TestGateway, people: Map<string, Set<string>>): void {
  for (const { msg, connection, remote, person } of logged.splice(0)) {
    if (msg === 'connected') {
      const ids = new Set<string>()
      people.set(`${connection}`, ids)
      people.set(String(remote), ids)
    }
    if (msg === 'joined') people.get(`${connection}`)?.add(String(person))
    if (msg === 'left') people.delete(`${connection}`)
  }
}

const people = new Map<string, Set<string>>()

async function rawLife(gateway: TestGateway, random: Random): Promise<Life> {
  const client = await openRaw(gateway.tcp.port)
  const sent: Uint8Array[] = []
  const { localPort } = client.socket
  if (random() < 0.5) await client.until(/bye leaves/)
  for (let left = upTo(random, 25); left > 0; left -= 1) {
    const chunk = noise(random)
    sent.push(chunk)
    client.send(chunk)
    if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve))
  }
  client.socket.end()
  await client.untilEnded()
  client.socket.destroy()
  await client.untilClosed()
  const at = `127.0.0.1:${localPort}`
  peopleIn(gateway, people)
  const ids = people.get(at) ?? new Set()
  people.delete(at)
  return { sent, ids }
}

async function pageLife(gateway: TestGateway, random: Random): Promise<Life> {
  const page = await openPage(gateway.webUrl)
  const sent: Uint8Array[] = []
  const ids = new Set<string>()
  if (random() < 0.8) ids.add((await page.hello({ history: 3 })).you.id)
  for (let left = upTo(random, 15); left > 0; left -= 1) {
    const text = random() < 0.5 ? sentence(random) : anyText(random)
    const message: ClientMessage = { type: 'say', text }
    const json = JSON.stringify(message)
    const broken = json.slice(0, upTo(random, json.length)) + word(random)
    const frame = pick(random, [json, json, broken, `[${json}]`, text])
    sent.push(Buffer.from(text))
    page.socket.send(frame)
  }
  if (random() < 0.5) page.send({ type: 'bye' })
  else page.socket.close()
  await page.untilClosed()
  return { sent, ids }
}

/** A WebSocket that sends random frames after its handshake. */
function frameLife({ webUrl }: TestGateway, random: Random): Promise<void> {
  const { hostname, port, host } = new URL(webUrl)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {}).on('close', () => resolve())
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: oneroom.v1\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    socket.once('data', () => {
      socket.resume()
      for (let left = upTo(random, 5); left > 0; left -= 1) {
        const head = [pick(random, [0x81, 0x82, 0x88, 0x89, 0xc1, 0x01]), 0x80 | upTo(random, 127)]
        socket.write(Uint8Array.of(...head, ...noise(random)))
      }
      // The server would wait for the rest of half a frame.
      socket.end(() => socket.destroy())
    })
  })
}

/** Tests the telnet decoder alone: its text is no longer than its input, and its replies are limited. */
function codecLife(random: Random): void {
  const decoder = new TelnetDecoder()
  for (let left = 50; left > 0; left -= 1) {
    const chunk = noise(random)
    const { text, reply } = decoder.push(chunk)
    expect(text.length).toBeLessThanOrEqual(chunk.length + 1)
    expect(reply.length).toBeLessThanOrEqual(9 * chunk.length)
  }
}

function heapBytes(): number {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

describe('noise', () => {
  it('on both ports adds only text to the room that a connection has sent, and leaves nothing behind', {
    timeout: 240_000 + LANES * LIVES * 300,
  }, async () => {
    const gateway = await testGateway(
      { retain: 1000, logLevel: 'info' },
      { absenceMs: 0, feedBytes: 1_000_000 },
    )
    const { room, rooms } = gateway
    const said = listenTo(gateway)
    const { client: ann } = await greeted(gateway.tcp.port)
    let begun = 0
    let checked = 0
    let over: Life[] = []

    const checkThoseWhoLeft = (): void => {
      const here = over.filter(({ ids }) => [...ids].some((id) => rooms.people.names.get(id)))
      for (const { sent, ids } of over.filter((life) => !here.includes(life))) {
        const letters = [...ids].map((id) => said.get(id) ?? '').join('')
        expect(isAmong(letters, Buffer.concat(sent)), `${letters} of ${Buffer.concat(sent)}`).toBe(
          true,
        )
        for (const id of ids) said.delete(id)
        checked += 1
      }
      over = here
    }
    const lane = async (seed: number): Promise<void> => {
      const random = randomFrom(seed)
      for (let life = 0; life < LIVES; life += 1) {
        begun += 1
        if (seed % 8 === 0) {
          codecLife(random)
          await frameLife(gateway, random)
        } else {
          const life = await (seed % 4 === 0 ? pageLife : rawLife)(gateway, random)
          over.push(life)
          checkThoseWhoLeft()
        }
      }
    }
    let ended = false
    const lanes = Promise.all(Array.from({ length: LANES }, (_, at) => lane(at + 1))).finally(
      () => {
        ended = true
      },
    )
    let steady = ''
    let heap = Infinity
    while (!ended) {
      const letter = String.fromCharCode(97 + (steady.length % 26))
      steady += letter
      ann.send(`${letter}\n`)
      ann.forget()
      await new Promise((resolve) => setTimeout(resolve, 100))
      // By then, everything that is kept for good has been allocated.
      if (heap === Infinity && begun > (LANES * LIVES) / 4) heap = heapBytes()
    }
    await lanes
    await expect.poll(() => room.members.size).toBe(1)
    checkThoseWhoLeft()
    expect(over).toEqual([])
    // Only ann is left, and every line in the room came from a connection.
    await expect.poll(() => [...said.values()]).toEqual([steady])
    expect(heapBytes() - heap).toBeLessThan(GROWTH_BYTES)
    // One lane in eight sends frames, which belong to no member.
    expect(checked).toBe((LANES - LANES / 8) * LIVES)
    expect(room.counts).toMatchObject({ present: 1, held: 0 })
  })
})
