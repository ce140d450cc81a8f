/** `oneroom restart` with real processes: the connections that are handed over, and those that resume. */
import { cpSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { descriptorOf } from '../../server/net/raw/socket.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { everything } from '../support/events.ts'
import { testFolder } from '../support/folder.ts'
import { long } from '../support/long.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { oneroom, Program, type Served, serve } from '../support/program.ts'
import { greeted, type RawClient } from '../support/raw.ts'
import { udpClient } from '../support/udp.ts'

const RESTARTS = long ? 10 : 2
const CLIENTS = 50
/** Every so many of them talk, one after the other. */
const TALK_EACH = 5
const TALK_MS = 30
const dist = resolve(import.meta.dirname, '../../dist')

/** A page that comes back with its token and its position, as the real one does. */
class Page {
  readonly heard: RoomEvent[] = []
  resumes = 0
  #client: PageClient | undefined
  readonly #unacknowledged = new Map<string, string>()
  #isOver = false

  async join(webUrl: string, name: string): Promise<void> {
    let place: { token?: string; epoch?: string; seq?: number } = {}
    let onJoined: () => void = () => {}
    const joined = new Promise<void>((resolve) => {
      onJoined = resolve
    })
    const live = async (): Promise<void> => {
      while (!this.#isOver) {
        const client = await pageClient(webUrl)
        const welcome = await client.hello({ name, ...place })
        if (place.seq !== undefined) {
          expect(welcome.reset).toBe(null)
          this.resumes += 1
        }
        const { token, epoch, head } = welcome
        this.#client = client
        onJoined()
        for (const [id, text] of this.#unacknowledged) client.send({ type: 'say', id, text })
        expect([1000, 1012]).toContain(await client.untilClosed())
        for (const event of client.events) {
          this.heard.push(event)
          if (event.id !== undefined) this.#unacknowledged.delete(event.id)
        }
        place = { token, epoch, seq: this.heard.at(-1)?.seq ?? place.seq ?? head }
      }
    }
    this.#over = live()
    await joined
  }

  #over: Promise<void> | undefined

  say(id: string, text: string): void {
    this.#unacknowledged.set(id, text)
    if (this.#client?.closeCode === undefined) this.#client?.send({ type: 'say', id, text })
  }

  async until(text: string): Promise<void> {
    await this.#client?.until(text)
  }

  async end(): Promise<void> {
    this.#isOver = true
    this.#client?.socket.close(1000)
    await this.#over
  }
}

async function crowd({ webUrl, tcpPort }: Served): Promise<{ raw: RawClient[]; pages: Page[] }> {
  const raw: RawClient[] = []
  const pages: Page[] = []
  for (let at = 0; at < CLIENTS; at += 1) {
    raw.push((await greeted(tcpPort)).client)
    const page = new Page()
    await page.join(webUrl, `page${at}`)
    pages.push(page)
  }
  return { raw, pages }
}

it('cuts off no plain client, and loses and repeats nothing, while people talk', async () => {
  const data = testFolder()
  const served = await serve('--data', data, '--flood', 'off')
  const { raw, pages } = await crowd(served)
  // In a crowded room, joins are announced some time later.
  for (const one of raw) {
    await one.until(/\(100 here\)\n|\* page49 joined/)
    one.forget()
  }
  let count = 0
  let talking = true
  const talk = (async () => {
    for (; talking; count += 1) {
      const at = (count * TALK_EACH) % CLIENTS
      if (count % 2 === 0) raw[at]?.send(`line ${count}\n`)
      else pages[at]?.say(`id-${count}`, `line ${count}`)
      await new Promise((resolve) => setTimeout(resolve, TALK_MS))
    }
  })()
  const processes = new Set<string>()
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    const command = oneroom('restart', '--data', data)
    expect(await command.untilExit(), command.stderr).toBe(0)
    processes.add(command.stdout)
    // The last of them are back when the next restart comes.
    for (const page of pages) await expect.poll(() => page.resumes).toBe(restart)
  }
  expect(processes.size).toBe(RESTARTS)
  talking = false
  await talk
  // The last line is that of another connection.
  await expect.poll(async () => (await everything(served.webUrl)).length).toBe(count)
  raw[1]?.send('the end\n')
  for (const page of pages) await page.until('the end')
  for (const [at, one] of raw.entries()) if (at !== 1) await one.until(': the end\n')
  for (const page of pages) await page.end()

  const [first] = pages
  const all = first?.heard.map(({ text }) => text) ?? []
  expect([...all].sort()).toEqual(
    [...Array.from({ length: count }, (_, at) => `line ${at}`), 'the end'].sort(),
  )
  for (const page of pages) {
    expect(page.heard.map(({ text }) => text)).toEqual(all)
  }
  for (const [at, one] of raw.entries()) {
    expect(one.closed || one.ended).toBe(false)
    const heard = [...one.text.matchAll(/: (line \d+|the end)\n/g)].map(([, text]) => text)
    const said = new Set(heard)
    expect(heard).toEqual(all.filter((text) => said.has(text)))
    // Only what a client has said itself is left out.
    const own = all.filter((text) => !said.has(text))
    expect(
      own.every((text) => isOwn(text, at)),
      own.join(),
    ).toBe(true)
    expect(one.text).not.toMatch(/joined|left|restart/)
  }
  for (const { socket } of raw) socket.end()
  served.server.child.kill('SIGTERM')
  expect(await served.server.untilExit()).toBe(0)
})

function isOwn(text: string, at: number): boolean {
  if (text === 'the end') return at === 1
  const count = Number(text.slice('line '.length))
  return count % 2 === 0 && (count * TALK_EACH) % CLIENTS === at
}

it('goes on as it was if the next program does not start, gives a client that reads nothing each byte once, and uses the sockets of systemd', async () => {
  const folder = testFolder()
  const copy = join(folder, 'dist')
  cpSync(dist, copy, { recursive: true })
  cpSync(resolve(dist, '../package.json'), join(folder, 'package.json'))
  symlinkSync(resolve(dist, '../node_modules'), join(folder, 'node_modules'))
  const data = join(folder, 'data')
  const program = join(copy, 'server/main.js')
  const sockets = [await listener(), await listener()]
  // LISTEN_PID is the process itself.
  const script = `LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:tcp exec "$0" "$1" serve --flood off --udp-port 0 --data "$2"`
  const args = ['-c', script, process.execPath, program, data]
  const server = new Program('sh', args, {}, sockets.map(descriptorOf))
  // The process has them too, and alone accepts connections.
  for (const socket of sockets) socket.close()
  const ready = await server.until('Waiting for client request..\n')
  const port = Number(/nc \S+ (\d+)/.exec(ready)?.[1])
  const { client: ann } = await greeted(port)
  const { client: bob } = await greeted(port)
  const dan = await udpClient(Number(/nc -u \S+ (\d+)/.exec(ready)?.[1]))
  dan.send('/name dan')
  await dan.until('You are dan now.')

  writeFileSync(program, 'process.exit(3)\n')
  const failed = oneroom('restart', '--data', data)
  expect(await failed.untilExit()).toBe(2)
  expect(failed.stderr).toBe('oneroom: The server goes on as it was: it ended with 3\n')
  ann.send('still here\n')
  await bob.until(': still here\n')

  cpSync(join(dist, 'server/main.js'), program)
  renameSync(join(copy, 'web'), join(copy, 'away'))
  const unbuilt = oneroom('restart', '--data', data)
  expect(await unbuilt.untilExit()).toBe(2)
  expect(unbuilt.stderr).toMatch(/^oneroom: The server goes on as it was: The page is not built: /)
  ann.send('still there\n')
  await bob.until(': still there\n')
  renameSync(join(copy, 'away'), join(copy, 'web'))

  // More than the kernel takes for a client that does not read.
  const lines = Array.from({ length: 2600 }, (_, at) => `${at} ${'x'.repeat(4000)}`)
  bob.forget()
  bob.socket.pause()
  const { client: carol } = await greeted(port)
  ann.send(`${lines.join('\n')}\n`)
  await expect.poll(() => carol.text.slice(-4100)).toContain(': 2599 x')

  const command = oneroom('restart', '--data', data)
  expect(await command.untilExit(), command.stderr).toBe(0)
  bob.socket.resume()
  carol.forget()
  dan.send('by UDP')
  await carol.until(' dan: by UDP\n')
  ann.send('and here\n')
  await expect.poll(() => bob.text.slice(-100)).toContain(': and here\n')
  const heard = [...bob.text.matchAll(/: (\d.*)\n/g)].map(([, text]) => text)
  expect(heard).toEqual(lines)
  // The server is another process now, which the first one stops, also if the next one hangs.
  writeFileSync(program, "process.stdout.write('hangs\\n')\nsetInterval(() => {}, 1000)\n")
  server.child.kill('SIGUSR2')
  await server.until('hangs')
  for (const { socket } of [ann, bob, carol]) socket.end()
  server.child.kill('SIGINT')
  expect(await server.untilExit()).toBe(0)
})

/** A listening socket of this process, as systemd has it. */
async function listener(): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
