/**
 * The instructions of the Dockerfile, in a folder instead of an image: what they copy and run, and
 * that the result starts, is healthy and stops. Docker itself, Node's image and the user are not tested.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { blocks } from '../docs/pages.ts'
import { testFolder } from '../support/folder.ts'
import { long } from '../support/long.ts'
import { fixedPort, Program } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { lockedRegistry } from '../support/registry.ts'

const root = resolve(import.meta.dirname, '../..')
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')

type Instruction = { name: string; rest: string }
type Stage = { from: string; name: string; instructions: Instruction[] }

const stages: Stage[] = dockerfile
  .split(/^FROM /m)
  .slice(1)
  .map((text) => {
    const [first = '', ...lines] = text.split('\n')
    const [from = '', name = 'image'] = first.split(' AS ')
    const instructions = lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => ({ name: line.split(' ', 1)[0] as string, rest: line.replace(/^\S+ /, '') }))
    return { from, name, instructions }
  })

function all(name: string, stage = stages.at(-1) as Stage): string[] {
  return stage.instructions.filter((one) => one.name === name).map(({ rest }) => rest)
}

/** Runs COPY and RUN, the only instructions that change files. An absolute path is below `folder`. */
async function run(stage: Stage, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const home = join(folder, stage.name, 'oneroom')
  mkdirSync(home, { recursive: true })
  for (const { name, rest } of stage.instructions) {
    if (name === 'COPY') copy(rest, home, folder)
    if (name !== 'RUN') continue
    const owner = `${process.getuid?.()}:${process.getgid?.()}`
    const command = rest
      .replaceAll(' /', ` ${join(folder, stage.name)}/`)
      .replace('node:node', owner)
    const program = new Program('sh', ['-c', command], { cwd: home, env })
    expect(await program.untilExit(), `${rest}: ${program.stderr}`).toBe(0)
  }
}

/** The stage with the packages of this checkout, which are those that `npm ci` would install. */
function withoutInstall(stage: Stage, folder: string): Stage {
  const home = join(folder, stage.name, 'oneroom')
  mkdirSync(home, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  return { ...stage, instructions: stage.instructions.filter(({ rest }) => rest !== 'npm ci') }
}

function copy(rest: string, home: string, folder: string): void {
  const words = rest.split(' ')
  const from = /^--from=(.*)/.exec(words[0] ?? '')?.[1]
  if (from !== undefined) words.shift()
  const to = join(home, words.pop() as string)
  for (const word of words) {
    // Docker would not find a source that .dockerignore leaves out.
    if (from === undefined) expect(ignored).toContain(`!${word}`)
    const source = from === undefined ? join(root, word) : join(folder, from, word)
    cpSync(source, to === `${home}/` ? join(home, basename(word)) : to, { recursive: true })
  }
}

it('the instructions of the Dockerfile make a server that starts, is healthy and stops', async () => {
  const folder = testFolder()
  const env = await lockedRegistry(folder)
  const [build, ...others] = stages as [Stage, ...Stage[]]
  if (long) await run(withoutInstall(build, folder), folder, env)
  // The build of this checkout was made by the same command.
  else cpSync(join(root, 'dist'), join(folder, build.name, 'oneroom/dist'), { recursive: true })
  expect(all('RUN', build).join('\n')).toMatch(/^npm ci\nnpm run build( |$)/)
  for (const stage of others) await run(stage, folder, env)

  const [webPort, tcpPort] = [await fixedPort(), await fixedPort()]
  const image = join(folder, 'image')
  const settings = all('ENV').map((line) => line.split('='))
  const server = new Program(
    'sh',
    ['-c', `exec ${[...words('ENTRYPOINT'), ...words('CMD')].join(' ')}`],
    {
      cwd: join(image, 'oneroom'),
      env: {
        ...process.env,
        ...Object.fromEntries(settings),
        ONEROOM_DATA: join(image, all('VOLUME')[0] as string),
        // On loopback only, and on ports that no other server has.
        ONEROOM_HOST: '127.0.0.1',
        ONEROOM_WEB_PORT: `${webPort}`,
        ONEROOM_TCP_PORT: `${tcpPort}`,
      },
    },
  )
  await server.until('Waiting for client request..\n')
  const { client } = await greeted(tcpPort)
  const isHealthy = (): number | null => {
    const [check = '', ...args] = JSON.parse(
      /CMD (.*)/.exec(all('HEALTHCHECK')[0] ?? '')?.[1] ?? '',
    )
    return spawnSync(
      check,
      args.map((word: string) => word.replace('3000', `${webPort}`)),
    ).status
  }
  expect(isHealthy()).toBe(0)
  server.child.kill(all('STOPSIGNAL')[0] as NodeJS.Signals)
  await client.untilEnded()
  client.socket.destroy()
  expect(await server.untilExit(), server.stderr).toBe(0)
  expect(isHealthy()).toBe(1)
  expect(readdirSync(join(image, 'data'))).toContain('room.db')
})

function words(name: string): string[] {
  return JSON.parse(all(name)[0] as string)
}

it('the image has what the commands of the documentation use', () => {
  const settings = Object.fromEntries(all('ENV').map((line) => line.split('=')))
  expect(settings).toMatchObject({ ONEROOM_HOST: '0.0.0.0', ONEROOM_DATA: all('VOLUME')[0] })
  expect(all('USER')).toEqual(['node'])
  const commands = blocks.filter(
    ({ page, text }) => page === 'docs/install.md' && text.includes('docker'),
  )
  const text = commands.map((block) => block.text).join('')
  expect(text).toContain('docker build')
  const published = [...text.matchAll(/--publish (\S+):(\d+)/g)].map(([, , port]) => port)
  expect(new Set(published)).toEqual(new Set(all('EXPOSE')[0]?.split(' ')))
  expect(text).toContain(`:${all('VOLUME')[0]}`)
})
