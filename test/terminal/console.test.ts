import { renderUnicodeCompact } from 'uqr'
import { describe, expect, it } from 'vitest'
import { hostsOf } from '../../server/net/reach.ts'
import { painted } from '../../shared/dialect/style.ts'
import { certificate, openssl } from '../support/certificate.ts'
import { rawClient } from '../support/raw.ts'
import { Screen, tmux } from '../support/tmux.ts'

async function console(...args: string[]): Promise<{ screen: Screen; tcpPort: number }> {
  const ports = ['--web-port', '0', '--tcp-port', '0', '--data', ':memory:']
  const screen = new Screen(['serve', ...ports, ...args])
  const text = await screen.until(/tcp {2}nc .*\n(.*\n)*Server>/)
  return { screen, tcpPort: Number(/nc \S+ (\d+)/.exec(text)?.[1]) }
}

describe.skipIf(tmux === undefined)("the server's own terminal", () => {
  it.skipIf(!openssl)(
    'stops in order when its terminal closes, also with a certificate',
    async () => {
      const { cert, key } = certificate()
      const { screen, tcpPort } = await console('--tls-cert', cert, '--tls-key', key)
      const client = await rawClient(tcpPort)
      await client.until('bye leaves.')
      screen.close()
      expect(await client.untilEnded()).toMatch(/\* The server is stopping\.\n$/)
    },
  )

  it('announces connections, sends typed lines, and keeps the typed line complete while messages arrive', async () => {
    const { screen, tcpPort } = await console()
    const client = await rawClient(tcpPort)
    await client.until('Here: Server (host, server).')
    const { localPort } = client.socket
    // The name is missing if the server was suspended before the client had one.
    await screen.until(
      new RegExp(
        `Connected client : \\('127\\.0\\.0\\.1', ${localPort}\\)( guest-1)?\\n\\* guest-1 joined \\(terminal\\)\\n`,
      ),
    )
    screen.type('a question for')
    await screen.until('Server> a question for')
    client.send('This is from Client\n')
    await screen.until(/\] guest-1: This is from Client\nServer> a question for$/)
    expect(screen.coloured).toContain(painted('guest-1').replace('\x1b[39m', ''))
    screen.type(' you').press('Enter')
    await client.until(/\] Server: a question for you\n/)
    await screen.until(/\] Server: a question for you\nServer>$/)
    // To people it is a farewell, and no command.
    screen.type('bye').press('Enter')
    await client.until(/\] Server: bye\n/)
    screen.type('/paste').press('Enter')
    await screen.until('A line with only a dot sends it.')
    screen.paste('one\ntwo')
    await screen.until('1 message of 2 lines; send? y/n')
    screen.type('y').type('three').press('Enter').type('.').press('Enter')
    await client.until(/\] Server: one\n +\| two\n +\| three\n/)
  })

  it('shows a QR code of the address for other machines, and who may come in', async () => {
    const args = ['--host', '0.0.0.0', '--code', 'amber-fox-lamp']
    const { screen } = await console(...args)
    const text = await screen.until(/People need the code, .*\nServer>$/)
    const [, url = ''] = /web {2}(\S+)/.exec(screen.everything) ?? []
    const hosts = await hostsOf('0.0.0.0')
    const rows = renderUnicodeCompact(url, { ecc: 'L', border: 2 })
    expect(text.includes(rows)).toBe(hosts.length > 0)
    expect(screen.everything).not.toContain('0.0.0.0:')
  })

  it('has commands of its own, completes them, and stops with one', async () => {
    const { screen, tcpPort } = await console()
    const client = await rawClient(tcpPort)
    await client.until('bye leaves.')
    screen.type('/wh').press('Tab', 'Enter')
    await screen.until('2 here: Server (host, server), guest-1 (terminal)\n')
    screen.type('/name Boss').press('Enter')
    await screen.until("! There is no /name at the server's own console.")
    screen.type('/help').press('Enter')
    await screen.until('Let new people wait for a host.')
    const help = screen.everything
    expect(help).toContain('Stop the server.')
    expect(help).not.toContain('/resume')
    expect(help).toContain('Admit a waiting client (Alt+Enter).')
    screen.press('C-d')
    await screen.until('! /quit stops the server.')
    screen.type('/quit').press('Enter')
    await client.until('* The server is stopping.')
    client.socket.destroy()
    expect(await screen.until('exit 0')).toMatch(/\* The server is stopping\.\nexit 0$/)
  })

  it('lets in a client that waits, or turns it away, with one key', async () => {
    const { screen, tcpPort } = await console('--code', 'amber-fox-lamp', '--host', '127.0.0.1')
    const first = await rawClient(tcpPort)
    first.send('This is from Client\n')
    await screen.until('knocks (/admit 1 or /turnaway 1): "This is from Client"')
    await screen.until(
      '* Alt+Enter admits the client that has waited longest, Alt+Delete rejects it.',
    )
    screen.type('you are').press('M-Enter')
    await screen.until(/\] guest-1: This is from Client\nServer> you are$/)
    screen.type(' in').press('Enter')
    await first.until(/\] Server: you are in\n/)
    const second = await rawClient(tcpPort)
    second.send('let me in\n')
    await screen.until('knocks (/admit 2 or /turnaway 2): "let me in"')
    screen.press('M-DC')
    expect(await second.untilEnded()).toContain('! A host did not let you in.')
    screen.press('M-Enter')
    await screen.until('! Nobody waits outside.')
  })

  it('moves to a room with /join, which the prompt shows', async () => {
    const { screen, tcpPort } = await console()
    const client = await rawClient(tcpPort)
    // A member that leaves in the turn in which it joined is not mentioned.
    await screen.until('* guest-1 joined (terminal)\n')
    client.send('/join physics\n')
    await screen.until('* guest-1 left\n')
    screen.type('/join physics').press('Enter')
    await screen.until(/You are in physics now\. 2 here: .*\nServer physics>$/)
    screen.type('hello').press('Enter')
    await client.until('Server: hello\n')
    client.send('/msg Server psst\n')
    await screen.until(/guest-1 -> Server: psst\nServer physics>$/)
    screen.type('/join lobby').press('Enter')
    await screen.until(/\nServer>$/)
  })

  it('stops at Ctrl-C, after a first one that clears the typed line', async () => {
    const { screen } = await console()
    screen.type('never mind')
    await screen.until('Server> never mind')
    screen.press('C-c')
    await screen.until(/\nServer>$/)
    screen.press('C-c')
    await screen.until('exit 0')
  })

  it('shows lines of the log as sentences', async () => {
    const { screen, tcpPort } = await console()
    const client = await rawClient(tcpPort)
    client.send('GET / HTTP/1.1\r\n\r\n')
    await client.untilEnded()
    await screen.until('reason="refused: http"')
    expect(screen.text).not.toContain('{"level"')
  })

  it('is left alone by a server in the background, which would be stopped for touching it', async () => {
    const ports = ['--web-port', '0', '--tcp-port', '0', '--data', ':memory:']
    const screen = new Screen(['serve', ...ports, '--log-level', 'silent'], 80, true)
    const text = await screen.until(/Waiting for client request\.\.$/)
    const client = await rawClient(Number(/nc \S+ (\d+)/.exec(text)?.[1]))
    await client.until('Nobody else is here yet.')
    expect(screen.text).toMatch(/Waiting for client request\.\.$/)
  })
})
