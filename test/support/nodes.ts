/** Several gateways in this process, on one PostgreSQL database. */
import type { Config } from '../../server/config.ts'
import { type TestGateway, testGateway } from './gateway.ts'
import type { PostgresServer } from './postgres.ts'

/** Nodes that close when the test is over. */
export async function testNodes(
  postgres: PostgresServer | undefined,
  count: number,
  config: Partial<Config> = {},
): Promise<TestGateway[]> {
  const data = postgres?.url() ?? ''
  const nodes: TestGateway[] = []
  while (nodes.length < count) nodes.push(await testGateway({ data, ...config }))
  return nodes
}
