/** Operators at the consoles of several servers on one database. */
import { describe, expect, test } from 'vitest'
import { operatorIdOf } from '../../server/room/nodes/operator.ts'
import {
  isOperator,
  OPERATOR_ID,
  operatorIdAt,
  personOf,
  tokenFor,
} from '../../server/room/token.ts'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'
import { fixedPort } from '../support/program.ts'

const postgres = await testPostgres()

function consoleOf({ operate }: TestGateway) {
  const printed: string[] = []
  const print = (lines: readonly string[]) => printed.push(...lines)
  const operator = operate({ columns: 80, colours: false, quit() {}, print })
  const has = (text: string) => expect.poll(() => printed.join('\n')).toContain(text)
  return { operator, has }
}

const operators = ({ room }: TestGateway) =>
  room.members.list(9).flatMap(({ id, name, role }) => (isOperator(id) ? { id, name, role } : []))

test('ids of operators are those of a server, which no token proves', async () => {
  expect(await operatorIdOf(undefined, 'here')).toBe(OPERATOR_ID)
  const secret = new Uint8Array(32)
  for (const id of [OPERATOR_ID, operatorIdAt('here'), operatorIdAt(undefined)]) {
    expect(isOperator(id)).toBe(true)
    expect(personOf(tokenFor(id, secret), secret)).toBeUndefined()
  }
  for (const id of ['server-', 'server-0123456789ag', 'serverless'])
    expect(isOperator(id)).toBe(false)
})

describe.skipIf(postgres === undefined)('two servers with consoles', () => {
  const server = postgres as NonNullable<typeof postgres>

  test('have two operators, with names of their own, who are both hosts', async () => {
    const data = server.url()
    const [one, other] = [await testGateway({ data }), await testGateway({ data })]
    const first = consoleOf(one)
    await expect.poll(() => operators(other)).toHaveLength(1)
    const second = consoleOf(other)
    await expect
      .poll(() => operators(one).map(({ name, role }) => [name, role]))
      .toEqual([
        ['Server', 'host'],
        ['Server-2', 'host'],
      ])
    const ann = await pageClient(one.webUrl)
    await ann.hello({ name: 'Ann' })
    first.operator.type('from the first')
    await second.has('Server: from the first')
    second.operator.type('/mute Ann')
    expect((await ann.until('muted Ann')).from.name).toBe('Server-2')
    await first.has('Server-2')
    first.operator.type('/kick Server-2')
    await first.has('Server-2 is at the console of a server.')
  })

  test('keep the operator over a restart, but not a place that another server has', async () => {
    const data = server.url()
    const ports = { webPort: await fixedPort(), tcpPort: await fixedPort() }
    const one = await testGateway({ data, ...ports })
    consoleOf(one)
    await expect.poll(() => operators(one)).toHaveLength(1)
    const [before] = operators(one)
    const other = await testGateway({ data })
    const nodes = other.rooms.store.nodes
    expect(before?.id).not.toBe(await operatorIdOf(nodes, 'elsewhere'))
    expect(await nodes?.isElsewhere(before?.id ?? '')).toBe(true)
    await one.close()
    expect(await nodes?.isElsewhere(before?.id ?? '')).toBe(false)
    const again = await testGateway({ data, ...ports })
    consoleOf(again)
    await expect.poll(() => operators(again)).toEqual([before])
  })
})
