/** Large inputs: a file of many lines is sent whole, a file without line ends is cut. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { everything } from '../support/events.ts'
import { need } from '../support/installed.ts'
import { long } from '../support/long.ts'
import { Program, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

const nc = need('nc.openbsd')
const LINES = long ? 100_000 : 20_000

/** Peak memory of a process in bytes; 0 on systems other than Linux. */
function peakMemory(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024
}

describe('a file that is piped into nc', () => {
  it.skipIf(!nc)(
    `is received whole, ${LINES} lines, no faster than flood control allows`,
    async () => {
      const { webUrl, tcpPort } = await serve('--flood', '25000/s:1000')
      const began = performance.now()
      const client = new Program(nc as string, ['-N', '127.0.0.1', `${tcpPort}`])
      spawn('seq', [`${LINES}`]).stdout.pipe(client.child.stdin as NodeJS.WritableStream)
      await client.untilExit()
      expect(performance.now() - began).toBeGreaterThan(((LINES - 1000) / 25_000) * 1000)
      const texts = (await everything(webUrl)).map(({ text }) => text)
      expect(texts).toHaveLength(LINES)
      expect(texts.every((text, at) => text === `${at + 1}`)).toBe(true)
      // The pipe may have stopped within a line for some seconds.
      const printed = client.stdout.replaceAll(/^! \d+ bytes? .* waiting for the end.*\n/gm, '')
      expect(printed).not.toContain('!')
    },
  )

  it.skipIf(!nc)(
    'is cut with one notice when it is one line of 10 MB, and needs little memory',
    async () => {
      const { server, webUrl, tcpPort } = await serve()
      const { client: ann } = await greeted(tcpPort)
      const before = peakMemory(server.child.pid)
      const client = new Program(nc as string, ['-N', '127.0.0.1', `${tcpPort}`])
      client.child.stdin?.end(`first\n${'x'.repeat(10_000_000)}`)
      await client.until('! A line is at most 4096 bytes')
      await client.untilExit()
      await ann.until('* guest-2 left\n')
      expect(client.stdout.match(/^!/gm)).toHaveLength(1)
      const events = await everything(webUrl)
      expect(events.map(({ text }) => text)).toEqual(['first', 'x'.repeat(4096)])
      expect(peakMemory(server.child.pid) - before).toBeLessThan(32_000_000)
    },
  )
})
