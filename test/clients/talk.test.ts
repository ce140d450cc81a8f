/** Common network programs, unchanged: each joins a room together with another client. */
import { describe, expect, it } from 'vitest'
import { viaWord } from '../../shared/via.ts'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { need, type ProgramName } from '../support/installed.ts'
import { Program } from '../support/program.ts'
import { greeted, type RawClient } from '../support/raw.ts'

type Client = {
  program: ProgramName
  args: (port: number) => string[]
  via: 'tcp' | 'telnet'
  /** Whether the program ends with its input or continues to read. */
  atEnd: 'leaves' | 'stays'
}

const host = '127.0.0.1'
const clients: Client[] = [
  { program: 'nc.openbsd', args: (port) => [host, `${port}`], via: 'tcp', atEnd: 'stays' },
  { program: 'nc.openbsd', args: (port) => ['-N', host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'nc.openbsd', args: (port) => ['-CN', host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'nc.traditional', args: (port) => [host, `${port}`], via: 'tcp', atEnd: 'stays' },
  {
    program: 'nc.traditional',
    args: (port) => ['-C', '-q1', host, `${port}`],
    via: 'tcp',
    atEnd: 'leaves',
  },
  { program: 'ncat', args: (port) => [host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'ncat', args: (port) => ['-C', host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'busybox', args: (port) => ['nc', host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'busybox', args: (port) => ['telnet', host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'inetutils-telnet', args: (port) => [host, `${port}`], via: 'tcp', atEnd: 'leaves' },
  { program: 'socat', args: (port) => ['-', `TCP:${host}:${port}`], via: 'tcp', atEnd: 'leaves' },
  {
    program: 'plink',
    args: (port) => ['-batch', '-raw', '-P', `${port}`, host],
    via: 'tcp',
    atEnd: 'leaves',
  },
  {
    program: 'plink',
    args: (port) => ['-batch', '-telnet', '-P', `${port}`, host],
    via: 'telnet',
    atEnd: 'leaves',
  },
]

async function together({ program, args, via }: Client) {
  // A client whose negotiation came late would be a terminal.
  const greeting = via === 'telnet' ? { greetMs: 2000 } : {}
  const gateway: TestGateway = await testGateway({}, greeting)
  const { client: ann } = await greeted(gateway.tcp.port)
  const client = new Program(need(program) as string, args(gateway.tcp.port))
  await client.until('bye leaves.')
  await ann.until(`* guest-2 joined (${viaWord(via)})\n`)
  return { gateway, ann, client }
}

async function left(ann: RawClient): Promise<void> {
  await ann.until('* guest-2 left\n')
  expect(ann.text).not.toContain('\ufffd')
}

describe.each(clients)('$program', (entry) => {
  const [command] = entry.args(0)
  const options = entry.args(0).filter((one) => /^-[a-zA-Z]|^nc$|^telnet$/.test(one))
  describe(`${options.join(' ') || `with ${command === host ? 'no option' : command}`}`, () => {
    it.skipIf(!need(entry.program))(
      'is greeted, sends and receives UTF-8, and at the end of its input leaves or stays',
      async () => {
        const { ann, client } = await together(entry)
        client.type('Grüße 日本語 🙂\n')
        await ann.until('guest-2: Grüße 日本語 🙂\n')
        ann.send('žluťoučký नमस्ते 🎉\n')
        await client.until(/guest-1\S*: žluťoučký नमस्ते 🎉\r?\n/)
        client.type('last words\n')
        await ann.until('guest-2: last words\n')
        client.child.stdin?.end()
        if (entry.atEnd === 'stays') {
          ann.send('still there?\n')
          await client.until(/guest-1\S*: still there\?/)
          client.child.kill('SIGINT')
        }
        await left(ann)
        await client.untilExit()
      },
    )

    it.skipIf(!need(entry.program))('leaves with bye, and receives a goodbye', async () => {
      const { ann, client } = await together(entry)
      client.type('bye\n')
      await client.until('Goodbye, guest-2.')
      await left(ann)
    })

    it.skipIf(!need(entry.program))('is notified when the server stops, and ends', async () => {
      const { gateway, ann, client } = await together(entry)
      ann.socket.destroy()
      const closed = gateway.close()
      await client.until('* The server is stopping.')
      // Some programs notice the end only when they send.
      const typing = setInterval(() => client.type('\n'), 50)
      await client.untilExit()
      clearInterval(typing)
      await closed
    })
  })
})
