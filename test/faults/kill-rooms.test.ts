/**
 * An acknowledged message is never lost, doubled, or in the wrong place: after a server with many
 * rooms was killed under load and started again, each message that had come back to its sender is
 * in the log of its room or of its conversation, once and with the same seq.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { ServerMessage } from '../../shared/replies.ts'
import { testFolder } from '../support/folder.ts'
import { rounds } from '../support/long.ts'
import { oneroom, type Served, serve } from '../support/program.ts'

const NAMES = ['asha', 'bela', 'chen', 'dora', 'edda', 'finn']
const ROOMS = Array.from({ length: 20 }, (_, at) => (at === 0 ? 'lobby' : `room ${at}`))
/** Messages of one sender that are sent and not acknowledged. */
const AHEAD = 32

/** `to`: a room, or a person. */
type Message = { id: string; to: string }
type Sender = {
  /** Place and id → seq. */
  acknowledged: Map<string, number>
  unanswered: Message[]
  token?: string
}

const isPerson = (to: string) => NAMES.includes(to)
/** The room, or both people in the order of their names. */
const placeOf = (from: string, to: string) => (isPerson(to) ? [from, to].sort().join('+') : to)
const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

/** Sends until its connection is cut, first the messages that were not acknowledged before. */
function send(sender: Sender, name: string, { webUrl }: Served): Promise<void> {
  const socket = new WebSocket(`${webUrl.replace('http', 'ws')}/ws`, 'oneroom.v1')
  const write = (message: object): void => socket.send(JSON.stringify(message))
  const others = NAMES.filter((one) => one !== name)
  let count = 0
  const say = ({ id, to }: Message): void => {
    const text = `${name} to ${to}: ${id}`
    write(isPerson(to) ? { type: 'direct', to, id, text } : { type: 'say', room: to, id, text })
  }
  const take = (place: string, events: readonly RoomEvent[]): void => {
    for (const { id, seq, from } of events) {
      if (id === undefined || from.name !== name) continue
      const key = `${place} ${id}`
      const before = sender.acknowledged.get(key)
      if (before !== undefined) expect(seq).toBe(before)
      sender.acknowledged.set(key, seq)
      sender.unanswered = sender.unanswered.filter((one) => one.id !== id)
    }
  }
  socket.on('open', () => {
    const { token } = sender
    write({ type: 'hello', protocol: 1, name, ...(token && { token }) })
    for (const room of ROOMS.slice(1)) write({ type: 'join', room })
  })
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'welcome') {
      sender.token = message.token
      for (const one of sender.unanswered) say(one)
    }
    if (message.type === 'events') take(message.room ?? 'lobby', message.events)
    if (message.type === 'direct') {
      take(
        message.people
          .map((one) => one.name)
          .sort()
          .join('+'),
        message.events,
      )
    }
    // The other person has not come back yet, and the server was killed before it knew them.
    if (message.type === 'error' && message.code === 'person_unknown') {
      const failed = sender.unanswered.find(({ id }) => id === message.id)
      if (failed !== undefined) say(failed)
    }
    while (sender.unanswered.length < AHEAD) {
      count += 1
      const to = count % 3 === 0 ? anyOf(others) : anyOf(ROOMS)
      const next = { id: `${webUrl} ${count}`, to }
      sender.unanswered.push(next)
      say(next)
    }
  })
  socket.on('error', () => {})
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

type Exported = RoomEvent & { room?: string; direct?: [string, string] }

test(`a server with 20 rooms that is killed ${rounds} times keeps every acknowledged message in its place, once`, {
  timeout: 240_000 + rounds * 30_000,
}, async () => {
  const folder = testFolder()
  const senders = NAMES.map((): Sender => ({ acknowledged: new Map(), unanswered: [] }))
  for (let round = 0; round < rounds; round += 1) {
    const served = await serve('--data', folder, '--flood', 'off', '--log-level', 'error')
    const cut = senders.map((sender, at) => send(sender, NAMES[at] as string, served))
    const before = senders.map(({ acknowledged }) => acknowledged.size)
    await expect
      .poll(() => senders.every(({ acknowledged }, at) => acknowledged.size > (before[at] ?? 0)))
      .toBe(true)
    // At a random moment from then on, so that the kill interrupts any kind of work.
    await pause(Math.random() * 700)
    served.server.child.kill('SIGKILL')
    await Promise.all(cut)
    expect(served.server.stderr).toBe('')
  }
  const exported = oneroom('export', '--data', folder, '--direct', '--format', 'ndjson')
  expect(await exported.untilExit()).toBe(0)
  const events = exported.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Exported)
  const nameOf = new Map(events.map(({ from }) => [from.id, from.name]))
  const latest = new Map<string, number>()
  const seqs = new Map<string, number>()
  for (const { room = 'lobby', direct, from, id, seq, text } of events) {
    const place =
      direct
        ?.map((one) => nameOf.get(one))
        .sort()
        .join('+') ?? room
    expect(seq, `the next seq in ${place}`).toBe((latest.get(place) ?? 0) + 1)
    latest.set(place, seq)
    const to = /^\S+ to (.*?): /.exec(text)?.[1] ?? ''
    expect(placeOf(from.name, to), `the place of ${text}`).toBe(place)
    const key = `${from.name} ${place} ${id}`
    expect(seqs.has(key), `${key} is in the log once`).toBe(false)
    seqs.set(key, seq)
  }
  let acknowledged = 0
  for (const [at, sender] of senders.entries()) {
    for (const [key, seq] of sender.acknowledged) {
      expect(seqs.get(`${NAMES[at]} ${key}`)).toBe(seq)
      acknowledged += 1
    }
  }
  expect(acknowledged).toBeGreaterThanOrEqual(rounds * NAMES.length)
  expect([...latest.keys()].some((place) => place.includes('+'))).toBe(true)
})
