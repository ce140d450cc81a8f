/** The commands of docs/tls.md, as written, with other ports. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { need } from '../support/installed.ts'
import { Program } from '../support/program.ts'
import { blocks, root } from './pages.ts'

const programs = [need('bash'), need('openssl'), need('ncat'), need('socat'), need('nc.openbsd')]
const hasPrograms = programs.every((path) => path !== undefined)

it.skipIf(!hasPrograms)('the commands in tls.md work as written', async () => {
  const cwd = testFolder()
  const start = `#!/bin/sh\nexec '${process.execPath}' '${root}/dist/server/main.js' "$@"\n`
  writeFileSync(join(cwd, 'oneroom'), start, { mode: 0o755 })
  const shell = (line: string, more: NodeJS.ProcessEnv = {}): Program => {
    const env = { ...process.env, PATH: `${cwd}:${process.env.PATH}`, ...more }
    // Without a shell between, a signal ends the program itself.
    return new Program('bash', ['-c', `exec ${line}`], { cwd, env })
  }
  const [make, serve, ready, clients, share, ...others] = blocks
    .filter(({ page }) => page === 'docs/tls.md')
    .map(({ text }) => text)
  expect(others).toEqual([])
  const made = shell(make as string)
  expect(await made.untilExit(), made.stderr).toBe(0)
  const data = { ONEROOM_DATA: ':memory:' }
  const ports = { ONEROOM_WEB_PORT: '0', ONEROOM_TCP_PORT: '0' }
  const printed = await shell(serve as string, { ...data, ...ports }).until('Waiting for')
  const [, web = '', tcp = ''] = /https:\S+:(\d+)\n {2}tcp {2}nc \S+ (\d+)\n/.exec(printed) ?? []
  expect(printed.replaceAll(tcp, '8080').replace(web, '3000')).toContain(ready)
  for (const line of (clients as string).trimEnd().split('\n')) {
    const client = shell(line.replace('8080', tcp)).type('hello\n')
    if (line.startsWith('oneroom')) client.child.stdin?.end()
    else {
      await client.until('bye leaves.')
      client.type('bye\n')
      await client.until('Goodbye')
    }
  }
  const listener = shell(`nc 127.0.0.1 ${tcp}`).type('/history 20\n')
  const heard = () => new Set(listener.stdout.match(/guest-\d: hello\n/g)).size
  await expect.poll(heard).toBe(5)
  const one = shell((share as string).replace('8080', '0'), data)
  expect(await one.until('Waiting for')).toMatch(/web {2}http:.*:(\d+)\n {2}tcp {2}nc \S+ \1\n/)
})
