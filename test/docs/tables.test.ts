/** Each table of the documentation that describes the code is compared with the code. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { describe, expect, it } from 'vitest'
import { commands } from '../../shared/commands.ts'
import { errors } from '../../shared/errors.ts'
import { PersonName } from '../../shared/person.ts'
import { Person, RoomEvent } from '../../shared/protocol.ts'
import { serverMessages } from '../../shared/replies.ts'
import { clientMessages } from '../../shared/requests.ts'
import { offered } from '../../web/command.ts'
import { testGateway } from '../support/gateway.ts'
import { PACKAGES } from '../support/installed.ts'
import { page, plain, root, tableAfter } from './pages.ts'

const PROTOCOL = 'docs/protocol.md'
const source = (path: string): string => readFileSync(join(root, path), 'utf8')

type Schema = TSchema & {
  type?: string
  const?: unknown
  pattern?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  required?: string[]
  properties?: Record<string, Schema>
  /** An array for a tuple. */
  items?: Schema | Schema[]
  anyOf?: Schema[]
}

const isSame = (one: Schema, other: TSchema): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** The type of a field as the documentation words it. */
function typeText(schema: Schema): string {
  const { type, pattern, minimum, maximum, maxLength, items, anyOf } = schema
  if (isSame(schema, Person)) return 'person'
  if (isSame(schema, PersonName)) return 'person without via'
  if (isSame(schema, RoomEvent)) return 'event'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (anyOf !== undefined) return unionText(anyOf)
  if (Array.isArray(items)) return `two of ${typeText(items[0] as Schema)}`
  if (type === 'array') return `list of ${typeText(items as Schema)}`
  if (type === 'string' && pattern === '^[ -~]{1,64}$') {
    return 'string, 1 to 64 printable ASCII characters'
  }
  if (type === 'string' && maxLength !== undefined) return `string, at most ${maxLength} characters`
  if (minimum !== undefined && maximum !== undefined) return `integer, ${minimum} to ${maximum}`
  if (minimum !== undefined) return `integer, from ${minimum}`
  return type as string
}

function unionText(anyOf: Schema[]): string {
  const flat = anyOf.flatMap((one) => one.anyOf ?? [one])
  const some = flat.filter(({ type }) => type !== 'null').map(typeText)
  return some.join(', ') + (some.length < flat.length ? ' or null' : '')
}

/** Whether the page has a section about the value, so that no table repeats its fields. */
function isNamed(schema: Schema): boolean {
  return [Person, PersonName, RoomEvent].some((one) => isSame(schema, one))
}

/** A row for each field: its path, its type, and whether it is optional. */
function fieldRows(schema: Schema, before = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : 'optional'
    return [[before + name, typeText(field), optional], ...nestedRows(field, before + name)]
  })
}

function nestedRows(field: Schema, path: string): string[][] {
  if (isNamed(field)) return []
  if (field.type === 'object') return fieldRows(field, `${path}.`)
  if (field.anyOf !== undefined) return field.anyOf.flatMap((one) => nestedRows(one, path))
  const { items } = field
  if (items === undefined || Array.isArray(items)) return []
  if (items.type !== 'object' || isNamed(items)) return []
  return fieldRows(items, `${path}[].`)
}

const messages: [marker: string, schema: TSchema][] = [
  ['person', Person],
  ['event', RoomEvent],
  ...Object.entries(clientMessages).map(([type, one]): [string, TSchema] => [
    `client ${type}`,
    one,
  ]),
  ...Object.entries(serverMessages).map(([type, one]): [string, TSchema] => [
    `server ${type}`,
    one,
  ]),
]

describe('the protocol page', () => {
  it.each(messages)('has every field of %s, its type, and no other', (marker, schema) => {
    const rows = tableAfter(PROTOCOL, `fields ${marker} `).map((row) => row.slice(0, 3).map(plain))
    expect(rows).toEqual(fieldRows(schema as Schema))
  })

  it('has every message and no other', () => {
    const found = [...page(PROTOCOL).matchAll(/<!-- fields (.*) -->/g)].map(([, marker]) => marker)
    expect(found.sort()).toEqual(messages.map(([marker]) => marker).sort())
  })

  it('has every error, its close code and whether to retry, and no other', () => {
    const rows = tableAfter(PROTOCOL, 'errors:').map(([code, , close, retry]) => [
      plain(code),
      close,
      retry,
    ])
    expect(rows).toEqual(
      Object.entries(errors).map(([code, { close, retryable }]) => [
        code,
        `${close ?? ''}`,
        retryable ? 'yes' : '',
      ]),
    )
  })

  it('has the HTTP status of every error', () => {
    const inCode = [...source('server/net/http/status.ts').matchAll(/^ {2}(\w+): (\d{3}),$/gm)].map(
      ([, code, status]) => `${status} ${code}`,
    )
    const rows = tableAfter(PROTOCOL, 'statuses:').slice(1)
    const inPage = rows.flatMap(([status, codes = '']) =>
      plain(codes)
        .split(', ')
        .map((code) => `${status} ${code}`),
    )
    expect(inCode.length).toBeGreaterThan(0)
    expect(inPage.sort()).toEqual(inCode.sort())
  })
})

it('the page of commands has every command, and which of them the web page has', () => {
  const rows = tableAfter('docs/commands.md', 'commands:').map(([usage, , inPage]) => [
    plain(usage),
    inPage,
  ])
  const names = offered.map(({ name }) => name)
  expect(rows).toEqual(
    commands.map(({ usage, name }) => [usage, (names as string[]).includes(name) ? 'yes' : '']),
  )
})

describe('the page of options', () => {
  /** Flag, environment variable and default of each option, from `--help`. */
  function optionsOf(command: string): string[][] {
    const main = join(root, 'dist/server/main.js')
    const { stdout } = spawnSync(process.execPath, [main, command, '--help'], { encoding: 'utf8' })
    const [, list = ''] = stdout.split('Options:\n')
    const entries = list.replaceAll(/\n {10,}/g, ' ').split('\n')
    return entries.flatMap((entry) => {
      const [, flag] = /^ {2}(--[\w-]+(?: <[\w:|]+>)?)/.exec(entry) ?? []
      if (flag === undefined) return []
      const [, quoted, bare] = /default: (?:"([^"]*)"|(.*?)(?=[;)]|, env:))/.exec(entry) ?? []
      const [, variable] = /(?:env:|or set) (\w+)/.exec(entry) ?? []
      return [[flag, variable ?? 'none', quoted ?? bare ?? 'none']]
    })
  }

  it.each(['serve', 'connect', 'export', 'move', 'host-key', 'wire'])(
    'has those of %s, as its help has them',
    (command) => {
      const rows = tableAfter('docs/options.md', `options ${command}:`)
      expect(rows.map((row) => row.slice(0, 3).map(plain))).toEqual(optionsOf(command))
    },
  )
})

it('the page of operations has every metric of the room', async () => {
  const { webUrl } = await testGateway()
  const text = await (await fetch(`${webUrl}/metrics`)).text()
  const served = [...text.matchAll(/^# TYPE (oneroom_\S+) (\w+)$/gm)]
    .map(([, name, type]) => [name, type])
    .filter(([name]) => name !== 'oneroom_event_loop_delay_seconds')
  const rows = tableAfter('docs/operations.md', 'metrics:').map((row) => row.slice(0, 2).map(plain))
  expect(rows.sort()).toEqual(served.sort())
})

describe('the page for contributors', () => {
  const manifest = JSON.parse(source('package.json'))
  const dependencies: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
  }

  it('has a reason for every dependency', () => {
    const rows = tableAfter('CONTRIBUTING.md', 'dependencies:')
    expect(rows.map(([name]) => plain(name))).toEqual(Object.keys(dependencies))
    expect(rows.filter(([, reason]) => reason === '')).toEqual([])
  })

  it('has a reason for every fixed version', () => {
    const exact = Object.entries(dependencies).filter(([, range]) => /^\d/.test(range))
    const rows = tableAfter('CONTRIBUTING.md', 'pins:')
    expect(rows.map(([name, version]) => [plain(name), version])).toEqual([
      ...exact,
      ...Object.entries(manifest.overrides),
    ])
  })

  it('has the Debian package of every program that tests run', () => {
    const rows = tableAfter('CONTRIBUTING.md', 'packages:')
    expect(rows.map((row) => row.map(plain))).toEqual(Object.entries(PACKAGES))
  })
})
