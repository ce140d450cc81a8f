/** PostgreSQL is killed, is away, does not answer, or continues as another server. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { type PostgresOptions, postgresStore } from '../../../../server/log/postgres/store.ts'
import type { Committed, RoomLog, Store } from '../../../../server/room/log.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { postgresPrograms } from '../../../support/installed.ts'
import { middleTo } from '../../../support/middle.ts'
import { PostgresServer, testPostgres } from '../../../support/postgres.ts'
import { appendTo, draft } from '../../../support/store.ts'

const postgres = await testPostgres()

type Opened = {
  store: Store
  log: RoomLog
  passedOn: RoomEvent[]
  lost: Error[]
  append: ReturnType<typeof appendTo>
}

async function open(url: string, options: Partial<PostgresOptions> = {}): Promise<Opened> {
  const lost: Error[] = []
  const store = await postgresStore({ url, retain: 0, retainDays: 0, ...options }, (error) => {
    lost.push(error)
  })
  onTestFinished(() => store.close())
  const log = await store.open('lobby', 'lobby')
  const passedOn: RoomEvent[] = []
  log.onCommitted((events) => passedOn.push(...events))
  return { store, log, passedOn, lost, append: appendTo(store, log) }
}

/** Appends one draft after another until `isEnough`; returns those that were acknowledged, and the rest. */
async function say(
  { append }: Opened,
  name: string,
  isEnough: () => boolean,
): Promise<{ said: Committed[]; refused: string[] }> {
  const said: Committed[] = []
  const refused: string[] = []
  for (let at = 0; !isEnough(); at += 1) {
    const id = `${name} ${at}`
    const committed = await append([draft(id, { id }), draft('without an id')]).catch(() => [])
    if (committed[0] === undefined) refused.push(id)
    else said.push(committed[0])
  }
  return { said, refused }
}

const seqs = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq)
const upTo = (head: number) => Array.from({ length: head }, (_, at) => at + 1)

describe.skipIf(postgres === undefined)('a store whose PostgreSQL', () => {
  const server = postgres as NonNullable<typeof postgres>

  test('is killed while two servers append loses and doubles nothing that was acknowledged', async () => {
    const url = server.url()
    const [one, other] = [await open(url), await open(url)]
    let isOver = false
    const saying = [one, other].map((store, at) => say(store, `${at}`, () => isOver))
    for (let kill = 0; kill < 3; kill += 1) {
      const before = other.passedOn.length
      await expect.poll(() => other.passedOn.length).toBeGreaterThan(before + 20)
      await server.kill()
      await server.begin()
    }
    const before = other.passedOn.length
    await expect.poll(() => other.passedOn.length).toBeGreaterThan(before + 20)
    isOver = true
    const outcomes = await Promise.all(saying)
    const kept = await one.log.read(1, 1_000_000)
    expect(seqs(kept)).toEqual(upTo(kept.length))
    for (const { said } of outcomes) {
      for (const { event } of said) expect(kept[event.seq - 1]).toStrictEqual(event)
    }
    const ids = kept.flatMap(({ id }) => id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    // Each append that was acknowledged has one event without an id, too.
    const plain = kept.filter(({ id }) => id === undefined).length
    expect(plain).toBe(ids.length)
    for (const store of [one, other]) {
      await expect.poll(() => store.passedOn.length).toBe(kept.length)
      expect(store.passedOn).toStrictEqual(kept)
      await expect.poll(() => store.store.health()).toBe('ok')
      expect(store.lost).toEqual([])
    }
  })

  test('has committed an append whose answer was lost: it is asked again, and not said twice', async () => {
    const middle = await middleTo(server.port)
    const { append, log, passedOn, store } = await open(server.url(undefined, middle.port))
    await append([draft('first')])
    const lost = middle.loseAnswer((answer) => answer.includes('[[1, 3, null]]'))
    const committed = await append([draft('second'), draft('third', { id: 'u3' })])
    await lost
    expect(committed.map(({ event, repeated }) => [event.seq, repeated])).toEqual([
      [2, false],
      [3, false],
    ])
    await append([draft('fourth')])
    expect((await log.read(1, 9)).map(({ text }) => text)).toEqual([
      'first',
      'second',
      'third',
      'fourth',
    ])
    expect(seqs(passedOn)).toEqual([1, 2, 3, 4])
    expect(store.health()).toBe('ok')
  })

  test('does not answer: the append is refused, and the store recovers by itself', async () => {
    const middle = await middleTo(server.port)
    const { append, log, passedOn, store } = await open(server.url(undefined, middle.port))
    await append([draft('first')])
    middle.stall()
    const refused = append([draft('second', { id: 'u2' })])
    const outcome = expect(refused).rejects.toThrow('the log cannot be reached')
    await expect.poll(() => store.health()).not.toBe('ok')
    await outcome
    expect(['failing', 'stalled']).toContain(store.health())
    await expect(append([draft('third')])).rejects.toThrow('the log cannot be reached')
    middle.resume()
    await expect.poll(() => store.health()).toBe('ok')
    // The refused append may have been committed: its id is there once, in any case.
    await append([draft('second', { id: 'u2' })])
    const texts = (await log.read(1, 9)).map(({ text }) => text)
    expect(texts.filter((text) => text === 'second')).toHaveLength(1)
    expect(texts[0]).toBe('first')
    await expect.poll(() => passedOn.length).toBe(texts.length)
    expect(seqs(passedOn)).toEqual(upTo(texts.length))
  })

  test('is away for a while: reads and appends are refused, and go on afterwards', async () => {
    const { append, log, store, lost } = await open(server.url())
    await append([draft('first')])
    await server.kill()
    await expect(append([draft('second')])).rejects.toThrow('the log cannot be reached')
    await expect(log.read(1, 9)).rejects.toThrow()
    expect(store.health()).toBe('failing')
    await server.begin()
    await expect.poll(() => store.health()).toBe('ok')
    const [third] = await append([draft('third')])
    expect((await log.read(1, 9)).at(-1)).toStrictEqual(third?.event)
    expect(lost).toEqual([])
  })

  test('breaks connections again and again: everything is appended once', async () => {
    const middle = await middleTo(server.port)
    const opened = await open(server.url(undefined, middle.port))
    let cuts = 0
    opened.log.onCommitted((events) => {
      opened.passedOn.push(...events)
      if (opened.passedOn.length >= (cuts + 1) * 10) {
        cuts += 1
        middle.cut()
      }
    })
    const { said, refused } = await say(opened, 'one', () => cuts === 10)
    expect(refused).toEqual([])
    const kept = await opened.log.read(1, 10_000)
    expect(kept).toHaveLength(2 * said.length)
    expect(opened.passedOn).toStrictEqual(kept)
  })

  test('has deleted events that the server had not read: the store is lost, for its readers would have a gap', async () => {
    const schema = server.newSchema()
    const { append, store, lost, passedOn } = await open(server.url(schema), { pollMs: 3_600_000 })
    await append([draft('first')])
    const client = server.client(schema)
    onTestFinished(() => client.end())
    // As another server would, whose notifications are lost.
    await client.unsafe(`
      INSERT INTO events (log, seq, at, kind, person, name, via, text, words)
        SELECT 0, seq, 0, 'message', 'p', 'p', 'web', 'unread', '' FROM generate_series(2, 9) seq;
      UPDATE logs SET head = 9 WHERE number = 0;
      SELECT trim_log(0, 3, NULL, NULL, 100)`)
    const sentence = 'has deleted events of lobby before this server has read them'
    await expect(append([draft('second')])).rejects.toThrow(`the log ${sentence}`)
    expect(lost.map(({ message }) => message)).toEqual([sentence])
    expect(store.health()).toBe('lost')
    expect(seqs(passedOn)).toEqual([1])
  })

  test('was replaced by its standby: the store is lost, and has a new epoch when it is opened again', async () => {
    const primary = await testServer()
    const standby = await primary.standby()
    onTestFinished(() => standby.remove())
    const schema = primary.newSchema()
    const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`
    const url = `postgresql://oneroom@${hosts}/postgres?target_session_attrs=read-write&schema=${schema}`
    // The first host is a standby.
    const { append, store, lost, log } = await open(url)
    await append([draft('first')])
    await primary.kill()
    standby.run('pg_ctl', 'promote', '-w')
    await expect.poll(() => lost).toHaveLength(1)
    expect(lost[0]?.message).toBe('was restored, or a standby has become the primary')
    expect(store.health()).toBe('lost')
    await expect(append([draft('second')])).rejects.toThrow('a standby has become the primary')
    await expect(log.read(1, 9)).rejects.toThrow()

    const again = await open(url)
    expect(again.store.epoch).not.toBe(store.epoch)
    expect(Buffer.from(again.store.secret).equals(store.secret)).toBe(true)
    const [second] = await again.append([draft('second')])
    expect(second?.event.seq).toBe(again.log.head())
    expect(again.lost).toEqual([])
  })
})

async function testServer() {
  const server = await PostgresServer.start(postgresPrograms() as string)
  onTestFinished(() => server.remove())
  return server
}
