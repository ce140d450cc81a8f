/** The diagnoses of real programs: each makes one of the frequent mistakes, or none. */
import { expect, it } from 'vitest'
import type { Diagnosis } from '../../../shared/diagnoses.ts'
import { testGateway } from '../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../support/hosts.ts'
import { need } from '../../support/installed.ts'
import { Program } from '../../support/program.ts'
import { WireClient } from '../../support/wire.ts'

const python = need('python3')

/**
 * Runs each program in a thread of one process, and prints its number and its port. `stay` keeps its
 * connection until the test ends the process.
 */
const RUNNER = `
import json, os, socket, struct, sys, threading, time
def run(number, body):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    def read():
        while s.recv(4096): pass
    def reading(): threading.Thread(target=read, daemon=True).start()
    stay = threading.Event().wait
    # Threads print in between: one write(2) for the whole line.
    os.write(1, f"\\n{number} at {s.getsockname()[1]}.\\n".encode())
    exec(body, globals() | locals())
for number, body in enumerate(json.loads(sys.argv[2])):
    threading.Thread(target=run, args=(number, body)).start()
`

/** The body of each program, by the mistake that is found, after others that it makes meanwhile. */
const programs: [codes: Diagnosis[], body: string][] = [
  // MSG_MORE gathers the two, as a network that is busy does.
  [
    ['joined'],
    `
reading()
while True:
    s.send(b"one\\n", socket.MSG_MORE); s.send(b"two\\n"); time.sleep(0.5)`,
  ],
  [
    ['split'],
    `
reading(); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
s.send(b"ready\\n")
while True:
    s.send(b"one half, "); time.sleep(0.03); s.send(b"and the other\\n"); time.sleep(0.5)`,
  ],
  [['no_line_end'], 'reading(); s.send(b"hello"); stay()'],
  [['nul'], 'reading(); s.send(b"hello".ljust(64, b"\\0")); stay()'],
  [['length'], 't = b"hello"; reading(); s.send(struct.pack("!I", len(t)) + t); stay()'],
  [['length'], 't = b"hello"; reading(); s.send(struct.pack("<H", len(t)) + t); stay()'],
  [['length'], 't = b"hello all"; reading(); s.send(str(len(t)).ljust(64).encode() + t); stay()'],
  [['no_line_end', 'large'], 's.send(b"hello"); print(s.recv(1024)); stay()'],
  // A file object sends when its buffer is full.
  [
    ['flush'],
    `
f = s.makefile("w"); reading()
for n in range(180): f.write("measured".ljust(99, ".") + "\\n")
stay()`,
  ],
  // Or at the end of the program.
  [
    ['flush'],
    `
f = s.makefile("w")
s.recv(1024)
time.sleep(1.8)
for n in range(4): print("step", n, file=f)
f.close(); s.shutdown(socket.SHUT_WR); read()`,
  ],
  [['unread'], 's.send(b"hello\\n"); stay()'],
  [['reset'], 's.recv(1, socket.MSG_PEEK); s.close(); stay()'],
  [
    ['threads'],
    `
reading()
def talk(text):
    s.send(b"Client1: "); time.sleep(0.03); s.send(text); time.sleep(0.03); s.send(b"\\n")
s.send(b"Client1: hello\\n")
while True:
    both = [threading.Thread(target=talk, args=(text,)) for text in (b"one", b"two")]
    for one in both: one.start()
    for one in both: one.join()
    time.sleep(0.5)`,
  ],
]

/** A program that does it right. */
const right = 's.send(b"hello\\n"); s.shutdown(socket.SHUT_WR); read(); s.close()'
/** Other programs and a slow machine can bring these about, too. */
const byChance = ['joined', 'split', 'large', 'unread']

it.skipIf(python === undefined)('each program gets the sentence about its mistake', async () => {
  const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY, wire: 1000 })
  const page = await hostClient(webUrl)
  const { token } = await page.next('welcome')
  const list = await WireClient.open(webUrl, '', token)
  const bodies = [...programs.map(([, body]) => body), right]
  const args = ['-c', RUNNER, `${tcp.port}`, JSON.stringify(bodies)]
  const running = new Program(python as string, args)
  const found = await Promise.all(
    bodies.map(async (_body, at) => {
      const line = new RegExp(`^${at} at (\\d+)\\.`, 'm')
      const [, port] = line.exec(await running.until(line)) ?? []
      const { number } = await list.stationAt(`127.0.0.1:${port}`)
      return WireClient.open(webUrl, `?of=${number}`, token)
    }),
  )
  // So long that the server does not cut it into writes that one recv returns.
  const atLarge = programs.findIndex(([codes]) => codes.includes('large'))
  await found[atLarge]?.untilCode('no_line_end')
  page.send({ type: 'say', text: 'long '.repeat(818) })
  for (const [at, [wanted]] of programs.entries()) {
    for (const code of wanted) await found[at]?.untilCode(code)
    const { codes = [] } = found[at] ?? {}
    expect(codes.filter((code) => !byChance.includes(code))).toEqual(
      wanted.filter((code) => !byChance.includes(code)),
    )
  }
  await found.at(-1)?.until('closed')
  expect(found.at(-1)?.codes).toEqual([])
})
