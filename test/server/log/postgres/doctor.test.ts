/** `oneroom doctor` of a database. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findingsOn } from '../../../../server/databasedoctor.ts'
import { type DatabaseFacts, examine } from '../../../../server/log/postgres/examine.ts'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { need } from '../../../support/installed.ts'
import { testPostgres } from '../../../support/postgres.ts'
import { fixedPort, oneroom } from '../../../support/program.ts'

const postgres = await testPostgres()
const pgbouncer = need('pgbouncer')

const facts: DatabaseFacts = {
  place: 'db1:5432/chat',
  schema: 'oneroom',
  version: '15.3',
  fault: undefined,
  locks: true,
  notifies: true,
  settings: { synchronous_standby_names: '', synchronous_commit: 'on', fsync: 'on' },
  standbys: 0,
  isReadable: false,
  logBytes: 3_000_000,
  nodes: ['one'],
  rules: { serving: undefined, code: undefined, hosts: [] },
}
const { settings } = facts
const named = { ...settings, synchronous_standby_names: 'ANY 1 (a, b)' }

test.each<[string, Partial<DatabaseFacts>, boolean, string]>([
  ['a good database', {}, false, 'Locks and notifications reach from one session to another.'],
  ['another version', { fault: 'has a log of x' }, true, 'It has a log of x. '],
  ['pgbouncer', { locks: false, notifies: false }, true, 'Locks and notifications do not work'],
  ['no notifications', { notifies: false }, true, 'Notifications do not work'],
  ['no encryption', { isReadable: true }, true, 'is not encrypted'],
  ['fsync', { settings: { ...settings, fsync: 'off' } }, true, 'fsync is off'],
  ['no standby', {}, false, 'There is no synchronous standby'],
  [
    'a standby',
    { settings: named, standbys: 2 },
    false,
    'has it, too (ANY 1 (a, b); 2 connected).',
  ],
  ['a hidden standby', { settings: named, standbys: undefined }, false, '(ANY 1 (a, b)).'],
  ['a lost standby', { settings: named }, true, 'No synchronous standby is connected'],
  [
    'no wait',
    { settings: { ...named, synchronous_commit: 'local' } },
    true,
    'synchronous_commit is local',
  ],
])('says what it finds: %s', (_what, changes, weak, text) => {
  const findings = findingsOn({ ...facts, ...changes })
  expect(findings).toContainEqual({ weak, text: expect.stringContaining(text) })
})

/** A pooler in transaction mode before the server; returns its port. */
async function pooler(server: NonNullable<typeof postgres>, schema: string): Promise<number> {
  const [folder, port] = [testFolder(), await fixedPort()]
  const file = join(folder, 'pgbouncer.ini')
  const ignored = [
    ['search_path', 'default_transaction_isolation', 'enable_seqscan', 'enable_hashjoin'],
    ['enable_mergejoin', 'extra_float_digits'],
  ].flat()
  const lines = [
    '[databases]',
    // What a pooler has to be told to get past the first query.
    `postgres = host=127.0.0.1 port=${server.port} connect_query='SET search_path TO ${schema}'`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    `ignore_startup_parameters = ${ignored.join(', ')}`,
  ]
  // `auth_type = any` takes the user from the entry of the database.
  lines[1] = `${lines[1]} user=oneroom`
  writeFileSync(file, `${lines.join('\n')}\n`)
  for (const path of [folder, file]) chmodSync(path, 0o755)
  // It refuses to run as root.
  const args = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child: ChildProcess = spawn(pgbouncer as string, [...args, file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr as NodeJS.ReadableStream).on('line', (line) => {
      printed.push(line)
      if (/process up/.test(line)) resolve()
    })
    child.once('exit', () => reject(new Error(printed.join('\n'))))
  })
  return port
}

describe.skipIf(postgres === undefined)('a database', () => {
  const server = postgres as NonNullable<typeof postgres>

  test('is described with its servers, without secrets', async () => {
    const data = server.url()
    const code = 'amber-fox-lamp'
    const { webUrl, rooms } = await testGateway({ data, code, hostKey: HOST_KEY })
    await hostClient(webUrl, 'Hana', { code })
    const doctor = oneroom('doctor', '--data', data)
    expect(await doctor.untilExit()).toBe(0)
    const { stdout } = doctor
    for (const line of [
      /^ {2}The database 127\.0\.0\.1:\d+\/postgres can be reached\. It is PostgreSQL \d+\.\d+/m,
      /^ {2}The schema \w+ has a log of this version, with 1 MB\.$/m,
      /^ {2}Locks and notifications reach from one session to another\.$/m,
      /^ {2}.*There is no synchronous standby/m,
      new RegExp(`^  One server uses it: ${rooms.people.names.node}\\.$`, 'm'),
      /^ {2}People need the room code to join\.$/m,
      /^ {2}The hosts are the operator, at the terminal of the server, and Hana\. Some may have another name now\.$/m,
    ]) {
      expect(stdout).toMatch(line)
    }
    expect(stdout.match(/^!.*/gm)).toEqual([expect.stringMatching('any number of connections')])
    for (const secret of ['not-shown', code, HOST_KEY]) expect(stdout).not.toContain(secret)
  })

  test('that no server has used yet is examined, and is not changed', async () => {
    const schema = server.newSchema()
    const keys = { serving: 'serving', code: 'code' }
    const found = await examine(server.url(schema), keys)
    expect(found).toMatchObject({ fault: `has no log in the schema ${schema}`, notifies: true })
    expect(await examine(server.url(schema), keys)).toEqual(found)
  })

  test.skipIf(pgbouncer === undefined)(
    'behind a pooler in transaction mode is found out',
    async () => {
      const schema = server.newSchema()
      await testGateway({ data: server.url(schema) })
      const port = await pooler(server, schema)
      const found = await examine(server.url(schema, port), { serving: 'serving', code: 'code' })
      expect(found).toMatchObject({ locks: false, notifies: false })
    },
  )
})
