/** Clients of UDP in one room with clients of TCP, as users start them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { Program } from '../support/program.ts'

const python = need('python3')
const nc = need('nc.openbsd')
const telnet = need('inetutils-telnet')
const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' }
const host = '127.0.0.1'

/** The program of the textbooks: one recvfrom for each sendto. */
const TEXTBOOK = `
from socket import *
serverName = '${host}'
serverPort = 8080
clientSocket = socket(AF_INET, SOCK_DGRAM)
while True:
    message = input('Input sentence:')
    clientSocket.sendto(message.encode(), (serverName, serverPort))
    modifiedMessage, serverAddress = clientSocket.recvfrom(2048)
    print(modifiedMessage.decode())
    if message == 'bye':
        break
clientSocket.close()
`
const REPORT = readFileSync(join(import.meta.dirname, '../fixtures/client.py'), 'utf8')

/** Runs a program in Python with the port in it. */
function run(source: string, port: number): Program {
  const path = join(testFolder(), 'client.py')
  writeFileSync(path, source.replaceAll('8080', `${port}`))
  return new Program(python as string, [path], { env })
}

it.skipIf(!python || !nc || !telnet)(
  'a program with sendto and recvfrom, nc -u, nc, telnet and the client of the report are in one room',
  async () => {
    const { tcp, udpPort } = await testGateway({ udpPort: 0 })
    const [tcpPort, port] = [`${tcp.port}`, `${udpPort}`]
    const atNc = new Program(nc as string, [host, tcpPort])
    await atNc.until('You are guest-1;')
    const atTelnet = new Program(telnet as string, [host, tcpPort])
    await atTelnet.until('You are guest-2;')
    const report = run(REPORT, tcp.port)
    await report.until('You are guest-3;')
    await atNc.until('guest-3: This is from Client')
    const textbook = run(TEXTBOOK, udpPort as number)
    textbook.type('from the textbook\n')
    await textbook.until('You are guest-4;')
    // With -v, it sends probes before anything else.
    const byUdp = new Program(nc as string, ['-u', '-v', host, port])
    byUdp.type('from nc -u\n')
    await byUdp.until('You are guest-5;')
    const before = [atNc, atTelnet]
    for (const one of before) {
      await one.until('guest-4: from the textbook')
      await one.until('* guest-5 joined (udp)')
      await one.until('guest-5: from nc -u')
    }
    atNc.type('from nc\n')
    for (const one of [atTelnet, byUdp]) await one.until('guest-1: from nc')
    atTelnet.type('from telnet\n')
    for (const one of [atNc, byUdp]) await one.until('guest-2: from telnet')
    report.type('from the report\n')
    for (const one of [...before, byUdp]) await one.until('guest-3: from the report')
    // It has read one datagram for each that it sent: here are the next ones.
    for (const text of ['guest-5 joined', 'guest-5: from nc -u', 'guest-1: from nc\n']) {
      textbook.type('and you?\n')
      await textbook.until(text)
    }
    textbook.type('bye\n')
    expect(await textbook.untilExit(), textbook.stderr).toBe(0)
    byUdp.type('bye\n')
    await byUdp.until('Goodbye, guest-5.')
    await atNc.until(/\* guest-4 left[\s\S]*\* guest-5 left/)
    expect(atNc.stdout).not.toContain(': X')
  },
)
