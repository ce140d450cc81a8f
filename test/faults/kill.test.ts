/**
 * An acknowledged message is never lost: after a server was killed under load and started
 * again, its log contains each message that had come back to its sender, once and with the
 * same seq.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ServerMessage } from '../../shared/replies.ts'
import { everything } from '../support/events.ts'
import { testFolder } from '../support/folder.ts'
import { rounds } from '../support/long.ts'
import { type Served, serve } from '../support/program.ts'

const SENDERS = 8
/** Messages of one sender that are sent and not acknowledged. */
const AHEAD = 32

type Sender = { acknowledged: Map<string, number>; unanswered: string[]; token?: string }

/** Sends until its connection is cut, first the messages that were not acknowledged before. */
function send(sender: Sender, name: string, { webUrl }: Served): Promise<void> {
  const socket = new WebSocket(`${webUrl.replace('http', 'ws')}/ws`, 'oneroom.v1')
  let count = 0
  const say = (id: string): void => {
    socket.send(JSON.stringify({ type: 'say', id, text: `${name} says ${id}` }))
  }
  socket.on('open', () => {
    const { token } = sender
    socket.send(JSON.stringify({ type: 'hello', protocol: 1, name, ...(token && { token }) }))
  })
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'welcome') {
      sender.token = message.token
      for (const id of sender.unanswered) say(id)
    }
    if (message.type === 'events') {
      for (const { id, seq, from } of message.events) {
        if (id === undefined || from.name !== name) continue
        const before = sender.acknowledged.get(id)
        if (before !== undefined) expect(seq).toBe(before)
        sender.acknowledged.set(id, seq)
        sender.unanswered = sender.unanswered.filter((one) => one !== id)
      }
    }
    while (sender.unanswered.length < AHEAD) {
      count += 1
      const id = `${webUrl} ${count}`
      sender.unanswered.push(id)
      say(id)
    }
  })
  socket.on('error', () => {})
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

test(`a server killed ${rounds} times under load keeps every acknowledged message, once, with its seq`, {
  timeout: 240_000 + rounds * 30_000,
}, async () => {
  const folder = testFolder()
  const senders = Array.from(
    { length: SENDERS },
    (): Sender => ({
      acknowledged: new Map(),
      unanswered: [],
    }),
  )
  for (let round = 0; round < rounds; round += 1) {
    const served = await serve('--data', folder, '--flood', 'off', '--log-level', 'error')
    const cut = senders.map((sender, at) => send(sender, `sender${'abcdefgh'[at]}`, served))
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
  const served = await serve('--data', folder)
  const events = await everything(served.webUrl)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  const seqs = new Map<string, number>()
  for (const { from, id, seq } of events) {
    const key = `${from.name} ${id}`
    expect(seqs.has(key), `${key} is in the log once`).toBe(false)
    seqs.set(key, seq)
  }
  let acknowledged = 0
  for (const [at, sender] of senders.entries()) {
    for (const [id, seq] of sender.acknowledged) {
      expect(seqs.get(`sender${'abcdefgh'[at]} ${id}`)).toBe(seq)
      acknowledged += 1
    }
  }
  expect(acknowledged).toBeGreaterThanOrEqual(rounds * SENDERS)
})
