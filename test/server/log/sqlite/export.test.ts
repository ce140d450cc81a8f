/** `oneroom export`: which rooms it prints, and how. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ExportOptions } from '../../../../server/log/exported.ts'
import { exportLogs } from '../../../../server/log/sqlite/export.ts'
import { rowOf } from '../../../../server/log/sqlite/rows.ts'
import { Writer } from '../../../../server/log/sqlite/writer.ts'
import { TOPIC } from '../../../../server/log/topic.ts'
import type { Draft } from '../../../../server/room/log.ts'
import { testFolder } from '../../../support/folder.ts'
import { oneroom } from '../../../support/program.ts'
import { alice, bob, carol, draft } from '../../../support/store.ts'
import { version1 } from './version1.ts'

const AT = '2026-11-22T12:21:15.123Z'
const topic = { kind: TOPIC as Draft['kind'] }

/** The lobby has the name Office; each of `logs` is a key, a name, and the drafts in it. */
function folderWith(
  lobby: readonly Draft[],
  ...logs: [key: string, name: string, drafts: Draft[]][]
): string {
  const folder = testFolder()
  const writer = new Writer({ folder, retain: 0, retainDays: 0 })
  // A running server.
  onTestFinished(() => writer.close())
  for (const [key, name, drafts] of [['lobby', 'Office', lobby] as const, ...logs]) {
    writer.open(key, name)
    if (drafts.length === 0) continue
    writer.append([
      {
        key,
        text: JSON.stringify(drafts.map(rowOf)),
        topic: undefined,
        rules: [],
        redactions: [],
        reacting: [],
      },
    ])
  }
  const seat = { person: carol.id, name: 'Carol', room: 'lobby', positions: {}, ignored: [] }
  writer.keepSeats([seat])
  return folder
}

async function printed(folder: string, options: Partial<ExportOptions> = {}): Promise<string[]> {
  let text = ''
  const to = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  await exportLogs(folder, { format: 'text', direct: false, ...options }, to)
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text.split('\n').slice(0, -1)
}

const lobby = [draft('hello'), draft('waves', { kind: 'action', from: bob, id: 'u1' })]

function withRooms(): string {
  return folderWith(
    lobby,
    ['room physics', 'Physics', [draft('waves', topic), draft('p2', { from: bob })]],
    ['room art', 'art', [draft('', topic)]],
    [`direct ${alice.id} ${bob.id}`, '', [draft('psst'), draft('yes', { from: bob })]],
    [`direct ${alice.id} ${carol.id}`, '', [draft('winks', { kind: 'action' })]],
    [`direct ${alice.id} unknown`, '', [draft('who?')]],
  )
}

describe('an export as text', () => {
  test('of a server with one room names no room', async () => {
    expect(await printed(folderWith(lobby))).toEqual([`${AT} alice: hello`, `${AT} * bob waves`])
  })

  test('marks the further lines of a message', async () => {
    const folder = folderWith([draft(`one\n${AT} bob: two`), draft('a\nb', { kind: 'action' })])
    expect(await printed(folder)).toEqual([
      `${AT} alice: one`,
      `  | ${AT} bob: two`,
      `${AT} * alice a`,
      '  | b',
    ])
  })

  test('has the lobby first, and then the other rooms by name, in each of their lines', async () => {
    expect(await printed(withRooms())).toEqual([
      `${AT} alice: hello`,
      `${AT} * bob waves`,
      `${AT} [art] * alice removed the topic`,
      `${AT} [Physics] * alice set the topic: waves`,
      `${AT} [Physics] bob: p2`,
    ])
  })

  test('of one room does not name it', async () => {
    const folder = withRooms()
    for (const room of ['Physics', 'pHYSICS']) {
      expect(await printed(folder, { room })).toEqual([
        `${AT} * alice set the topic: waves`,
        `${AT} bob: p2`,
      ])
    }
    expect(await printed(folder, { room: 'office' })).toHaveLength(2)
  })

  test('has what people wrote to one person alone only when that is asked for', async () => {
    const lines = await printed(withRooms(), { direct: true })
    expect(lines).toHaveLength(9)
    expect(lines.slice(5)).toEqual([
      `${AT} (direct) alice -> bob: psst`,
      `${AT} (direct) bob -> alice: yes`,
      `${AT} (direct) * alice -> Carol winks`,
      `${AT} (direct) alice -> unknown: who?`,
    ])
  })

  test('has the names of people who were only written to, if they have spoken elsewhere', async () => {
    const direct = `direct ${alice.id} ${bob.id}`
    const folder = folderWith([draft('hello', { from: bob })], [direct, '', [draft('psst')]])
    const lines = await printed(folder, { direct: true })
    expect(lines.at(-1)).toBe(`${AT} (direct) alice -> bob: psst`)
  })

  test('has every event of a room with more than a page', async () => {
    const many = Array.from({ length: 2500 }, (_, at) => draft(`${at}`))
    const lines = await printed(folderWith([], ['room many', 'many', many]), { room: 'many' })
    expect(lines).toEqual(many.map(({ text }) => `${AT} alice: ${text}`))
  })
})

test('an export as NDJSON has a room, or two people, in every object outside the lobby', async () => {
  const folder = withRooms()
  const objects = async (options: Partial<ExportOptions>) =>
    (await printed(folder, { format: 'ndjson', ...options })).map((line) => JSON.parse(line))
  const all = await objects({ direct: true })
  expect(all.slice(0, 2)).toStrictEqual(lobby.map((draft, at) => ({ seq: at + 1, ...draft })))
  expect(all.slice(2).map(({ seq, room, direct, text }) => [seq, room ?? direct, text])).toEqual([
    [1, 'art', ''],
    [1, 'Physics', 'waves'],
    [2, 'Physics', 'p2'],
    [1, [alice.id, bob.id], 'psst'],
    [2, [alice.id, bob.id], 'yes'],
    [1, [alice.id, carol.id], 'winks'],
    [1, [alice.id, 'unknown'], 'who?'],
  ])
  expect(await objects({ room: 'physics' })).toEqual(all.slice(3, 5))
})

test('an export between two times has the events of that time, and each log its title', async () => {
  const at = (time: string) => ({ at: `2026-11-22T${time}Z` })
  const times = ['10:00:00.000', '10:30:00.000', '11:00:00.000']
  const drafts = times.map((time) => draft(time, at(time)))
  const folder = folderWith(drafts, ['room art', 'art', drafts.slice(0, 1)])
  const range = {
    from: Date.parse('2026-11-22T10:00:00.001Z'),
    to: Date.parse('2026-11-22T11:00Z'),
  }
  expect(await printed(folder, { range })).toEqual(['2026-11-22T10:30:00.000Z alice: 10:30:00.000'])
  const utc = { offset: 0, seconds: true }
  expect(await printed(folder, { range, format: 'markdown', times: utc })).toEqual([
    '# Office',
    '',
    '## 2026-11-22, UTC+00:00',
    '',
    '- 10:30:00 **alice**: 10:30:00.000',
    '# art',
  ])
})

describe('the command', () => {
  test('takes times, and refuses a text that is none', async () => {
    const folder = withRooms()
    const options = ['--format', 'markdown', '--time', 'utc seconds', '--room', 'office']
    const all = oneroom('export', '--data', folder, '--from', '2026-11-22T12:21Z', ...options)
    const none = oneroom('export', '--data', folder, '--from', '1h', ...options)
    const faulty = oneroom('export', '--data', folder, '--to', 'noon')
    const wrong = oneroom('export', '--data', folder, '--time', 'noon')
    expect(await all.untilExit(), all.stderr).toBe(0)
    expect(all.stdout).toContain('## 2026-11-22, UTC+00:00\n\n- 12:21:15 **alice**: hello\n')
    expect([await none.untilExit(), none.stdout]).toEqual([0, '# Office\n'])
    expect([await faulty.untilExit(), faulty.stdout]).toEqual([2, ''])
    expect(faulty.stderr).toMatch(/^oneroom: "noon" is no time\. A time is one of .*\n$/)
    expect([await wrong.untilExit(), wrong.stdout]).toEqual([2, ''])
  })

  test('refuses a room that there is not', async () => {
    const folder = withRooms()
    const program = oneroom('export', '--data', folder, '--room', 'chemistry')
    expect(await program.untilExit()).toBe(2)
    expect([program.stdout, program.stderr]).toEqual([
      '',
      `oneroom: The data folder ${folder} has no room chemistry.\n`,
    ])
  })

  test('prints a folder of an earlier version, byte for byte, and does not change it', async () => {
    const folder = testFolder()
    version1(folder, 6, 1)
    const file = () => readFileSync(join(folder, 'room.db'))
    const before = file()
    const text = oneroom('export', '--data', folder, '--direct')
    expect(await text.untilExit(), text.stderr).toBe(0)
    expect(text.stdout).toBe(
      [4, 5, 6]
        .map((seq) => {
          const name = seq === 5 ? '* Name 5 ' : `Name ${seq}: `
          return `2023-11-14T22:13:20.00${seq}Z ${name}hello number ${seq}\n`
        })
        .join(''),
    )
    const ndjson = oneroom('export', '--data', folder, '--format', 'ndjson', '--room', 'lobby')
    expect(await ndjson.untilExit(), ndjson.stderr).toBe(0)
    expect(ndjson.stdout.split('\n')[1]).toBe(
      '{"seq":5,"at":"2023-11-14T22:13:20.005Z","kind":"action","from":{"id":"person5","name":"Name 5","via":"tcp"},"text":"hello number 5"}',
    )
    expect(file().equals(before)).toBe(true)
  })
})
