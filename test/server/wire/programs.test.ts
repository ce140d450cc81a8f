/** What a client has sent, as programs: each of them is run, and sends the same bytes. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Segment } from '../../../server/wire/pcap.ts'
import { LANGUAGES, type Language, programOf } from '../../../server/wire/programs.ts'
import { testFolder } from '../../support/folder.ts'
import { which } from '../../support/installed.ts'
import { Program } from '../../support/program.ts'

const sent = [
  `it's 100%, "Grüße" \\n \\x41 ??/", 1, 0); ???/ سلام \u200b\r\n`,
  Buffer.from([0, 0x31, 27, 0xff, 0xfd, 0x33, 0xc3]),
  Buffer.from([0xbc]),
  '/host ********\n',
].map((chunk) => Buffer.from(chunk as string))
const segments = sent.map((payload, at): Segment => ({ at: 60 * at, from: 'client', payload }))

const TOOLS: Record<Language, string> = { nc: 'nc', python: 'python3', c: 'gcc' }

for (const language of LANGUAGES) {
  it.skipIf(!which(TOOLS[language]))(`${language} sends the same bytes`, async () => {
    const got: Buffer[] = []
    const server = createServer((socket) => {
      socket.on('data', (chunk) => got.push(chunk)).on('end', () => socket.end('taken\n'))
    })
    onTestFinished(() => void server.close())
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as { port: number }
    const text = programOf(language, 'tcp', { host: '127.0.0.1', port }, segments)
    const program = await started(language, text)
    await program.untilExit()
    expect(program.stderr).toBe('')
    expect(Buffer.concat(got).toString('latin1')).toBe(Buffer.concat(sent).toString('latin1'))
  })
}

const datagrams = sent.slice(0, 2)

for (const language of LANGUAGES) {
  it.skipIf(!which(TOOLS[language]))(`${language} sends the same datagrams`, async () => {
    const got: Buffer[] = []
    const server = createSocket('udp4').on('message', (datagram, { port, address }) => {
      got.push(datagram)
      server.send('taken\n', port, address)
    })
    onTestFinished(() => void server.close())
    await once(server.bind(0, '127.0.0.1'), 'listening')
    const { port } = server.address()
    const target = { host: '127.0.0.1', port }
    // Far apart: nc must have sent the first when it reads the second.
    const apart = segments.slice(0, 2).map((one, at) => ({ ...one, at: 2000 * at }))
    const program = await started(language, patient(programOf(language, 'udp', target, apart)))
    await program.untilExit()
    expect(program.stderr).toBe('')
    expect(got).toEqual(datagrams)
    expect(program.stdout).toContain('taken\n')
  })
}

/** A program waits a second for an answer; a machine that is busy needs more. */
function patient(program: string): string {
  return program
    .replace('nc -u -w 1', 'nc -u -w 30 -q 5')
    .replace('settimeout(1)', 'settimeout(5)')
    .replace('tv_sec = 1}', 'tv_sec = 5}')
}

async function started(language: Language, text: string): Promise<Program> {
  if (language === 'nc') return new Program('sh', ['-c', text.replace('| nc 1', '| nc -N 1')])
  if (language === 'python') return new Program('python3', ['-c', text])
  const folder = testFolder()
  writeFileSync(join(folder, 'main.c'), text)
  const compiler = new Program(
    'gcc',
    ['-Wall', '-Werror', '-std=c11', '-D_DEFAULT_SOURCE', 'main.c'],
    { cwd: folder },
  )
  expect(await compiler.untilExit(), compiler.stderr).toBe(0)
  return new Program(join(folder, 'a.out'), [])
}

it('says no more than fits, and only what the client has sent', () => {
  const payload = Buffer.from('a\n')
  const many = Array.from({ length: 200 }, (): Segment => ({ at: 0, from: 'client', payload }))
  const text = programOf('python', 'tcp', { host: 'h', port: 1 }, [
    { at: 0, from: 'server', payload: Buffer.from('welcome') },
    ...many,
  ])
  expect(text.match(/sendall/g)).toHaveLength(100)
  expect(text).not.toContain('welcome')
})
