/** The package that `npm pack` makes: what is in it, its size, and that an empty folder can run it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { lockedRegistry } from '../support/registry.ts'

const root = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** In bytes: the file, and the files in it. Both are about a tenth above the size of today. */
const [MAX_PACKED, MAX_UNPACKED] = [1_500_000, 6_000_000]

type Packed = { filename: string; size: number; unpackedSize: number; files: { path: string }[] }

/** Packs the build as it is: the script `prepack` would build anew under the other tests. */
function pack(folder: string): Packed {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' })
  return JSON.parse(stdout)[0]
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

it('the package is small and runs in an empty folder with npx', async () => {
  const folder = testFolder()
  const { filename, size, unpackedSize, files } = pack(folder)
  const paths = files.map(({ path }) => path)
  expect(paths).toContain(manifest.bin.oneroom)
  // A list: npm 11 does not link a man page that is named by a string.
  expect(manifest.man).toEqual(['dist/oneroom.1'])
  expect(paths).toContain('dist/oneroom.1')
  expect(paths).toContain('dist/web/index.html')
  expect(
    paths.filter((path) => !/^(dist|docs)\/[^.]|^[A-Z]+(\.md)?$|^package\.json$/.test(path)),
  ).toEqual([])
  expect(paths.filter((path) => path.endsWith('.map'))).toEqual([])
  expect(size).toBeLessThan(MAX_PACKED)
  expect(unpackedSize).toBeLessThan(MAX_UNPACKED)

  const env = await lockedRegistry(folder)
  const cwd = join(folder, 'empty')
  mkdirSync(cwd)
  const ports = ['--web-port', '0', '--tcp-port', '0']
  const server = new Program(
    'npx',
    ['--yes', `file:${join(folder, filename)}`, 'serve', ...ports],
    {
      cwd,
      env,
      // npx and the server are one process group, as at a terminal.
      detached: true,
    },
  )
  onTestFinished(() => {
    if (server.exitCode === undefined) process.kill(-(server.child.pid as number), 'SIGKILL')
  })
  const ready = await server.until('Waiting for client request..\n')

  const runs = join(folder, 'npm/_npx')
  const modules = join(runs, readdirSync(runs)[0] as string, 'node_modules')
  const installed = sizeOf(modules)
  console.info(
    `The package: ${megabytes(size)}, unpacked ${megabytes(unpackedSize)}, installed with its dependencies ${megabytes(installed)}.`,
  )
  for (const name of Object.keys(manifest.devDependencies)) {
    expect(readdirSync(modules)).not.toContain(name)
  }
  expect(manifest.scripts).not.toHaveProperty('install')
  expect(manifest.scripts).not.toHaveProperty('postinstall')

  const { client } = await greeted(Number(/tcp {2}nc \S+ (\d+)/.exec(ready)?.[1]))
  client.send('hello from the package\n/who\n')
  await client.until(/\(terminal\)/)
  const web = /web {2}(\S+)/.exec(ready)?.[1] ?? ''
  const page = await (await fetch(web)).text()
  const script = /src="([^"]+\.js)"/.exec(page)?.[1] ?? ''
  expect((await fetch(new URL(script, web))).status).toBe(200)

  process.kill(-(server.child.pid as number), 'SIGINT')
  expect(await client.untilEnded()).toMatch(/\* The server is stopping\.\n$/)
  client.socket.destroy()
  // npx ends by the signal, and the server in order.
  await server.untilExit()
  expect(server.stderr).not.toMatch(/"level":[56]0/)
  expect(readdirSync(cwd)).toEqual(['data'])
})
