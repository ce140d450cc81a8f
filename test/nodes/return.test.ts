/** What a node knows of people who come back from another: that they gave the code. */
import { describe, expect, test } from 'vitest'
import { codeCommand } from '../../server/code.ts'
import { testGateway } from '../support/gateway.ts'
import { HOST_KEY, hostClient } from '../support/hosts.ts'
import { pageClient } from '../support/page.ts'
import { testPostgres } from '../support/postgres.ts'
import { codeOf, rawClient } from '../support/raw.ts'

const postgres = await testPostgres()
const code = 'amber-fox-lamp'

async function two() {
  const data = postgres?.url() ?? ''
  const config = { data, hostKey: HOST_KEY }
  const one = await testGateway({ ...config, code })
  return { data, config, one, other: await testGateway({ ...config, code }) }
}

describe.skipIf(postgres === undefined)('a person who comes from another node', () => {
  test('does not give the code again, until it is changed', async () => {
    const { data, config, one, other } = await two()
    const tokens: string[] = []
    for (const name of ['Ann', 'Bob']) {
      const client = await pageClient(one.webUrl)
      tokens.push((await client.hello({ name, code })).token)
    }
    const hana = await hostClient(one.webUrl, 'Hana', { code })
    const eve = await pageClient(one.webUrl)
    eve.send({ type: 'hello', protocol: 1, name: 'Eve', knock: true })
    await hana.next('knocks')
    hana.send({ type: 'admit', on: true })
    tokens.push((await eve.next('welcome')).token)
    for (const token of tokens) {
      await (await pageClient(other.webUrl)).hello({ token })
    }
    const stranger = await pageClient(other.webUrl)
    stranger.send({ type: 'hello', protocol: 1, name: 'Mallory' })
    await stranger.next('error', (error) => error.code === 'code_needed')
    await one.close()
    // The same code, as at each start with --code.
    const late = await testGateway({ ...config, code })
    await (await pageClient(late.webUrl)).hello({ token: tokens[0] as string })
    for (const words of ['blue-cat-tree', code]) {
      await codeCommand(data, { set: words }, Date.now())
      for (const { webUrl } of [late, other]) {
        const client = await pageClient(webUrl)
        client.send({ type: 'hello', protocol: 1, token: tokens[1] as string })
        await client.next('error', (error) => error.code === 'code_needed')
      }
    }
  })

  test('has also given it at a terminal', async () => {
    const { one, other } = await two()
    const ann = await rawClient(one.tcp.port)
    ann.send(`${code}\n`)
    const token = await codeOf(ann)
    const again = await pageClient(other.webUrl)
    expect((await again.hello({ token })).you.name).toBe('guest-1')
  })
})
