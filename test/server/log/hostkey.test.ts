/** `oneroom host-key`: another key, while the server runs. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { setHostKey } from '../../../server/log/hostkey.ts'
import { testFolder } from '../../support/folder.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY } from '../../support/hosts.ts'
import { pageClient } from '../../support/page.ts'
import { oneroom } from '../../support/program.ts'
import { version1 } from './sqlite/version1.ts'

describe('the key of the hosts', () => {
  it('is replaced while a server uses the folder', async () => {
    const data = testFolder()
    const { webUrl } = await testGateway({ data, hostKey: HOST_KEY })
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    const command = oneroom('host-key', '--data', data)
    expect(await command.untilExit()).toBe(0)
    const [, key = ''] =
      /^The key of the hosts is ([a-z2-9]{3}-[a-z2-9]{3})\./.exec(command.stdout) ?? []
    bob.send({ type: 'host', key: HOST_KEY })
    await bob.next('error', ({ code }) => code === 'host_key_wrong')
    bob.send({ type: 'host', key })
    await bob.until('is a host now')
    expect(await setHostKey(data, 'of my own')).toBe('of my own')
    const eve = await pageClient(webUrl)
    await eve.hello({ name: 'Eve' })
    eve.send({ type: 'host', key: 'OF MY OWN' })
    await eve.next('events', ({ events }) => events[0]?.from.name === 'Eve')
  })

  it('is not set in a folder without a log, in an older one, or if it is too short', async () => {
    const folder = testFolder()
    await expect(setHostKey(join(folder, 'none'), undefined)).rejects.toThrow('has no log')
    const old = join(folder, 'old')
    mkdirSync(old)
    version1(old, 1, 0)
    await expect(setHostKey(old, undefined)).rejects.toThrow('start the server once')
    const command = oneroom('host-key', '--data', folder, '--set', 'short')
    expect(await command.untilExit()).toBe(2)
    expect(command.stderr).toContain('--set is not a key of 6 to 64 characters.')
  })
})
