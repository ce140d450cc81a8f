/** Telnet at a terminal: what depends on keys. */
import { describe, expect, it } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { Program } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

const script = need('script')
const CTRL_C = '\u0003'

/** Starts the program with its own terminal, connected to its standard input and output. */
const atTerminal = (command: string): Program =>
  new Program(script as string, ['-qfec', command, '/dev/null'])

describe('telnet at a terminal', () => {
  it.skipIf(!script || !need('inetutils-telnet'))(
    'still works after Ctrl-C: it receives, sends, and leaves with bye',
    async () => {
      const { tcp } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const telnet = atTerminal(`inetutils-telnet 127.0.0.1 ${tcp.port}`)
      await telnet.until('bye leaves.')
      telnet.type('hello\r')
      await ann.until('guest-2: hello\n')
      telnet.type(`half a li${CTRL_C}`)
      await telnet.until('! Ctrl-C does nothing here; bye leaves.\r\n')
      ann.send('are you there?\n')
      await telnet.until('guest-1: are you there?\r\n')
      telnet.type('still here, नमस्ते\r')
      await ann.until('guest-2: still here, नमस्ते\n')
      telnet.type('bye\r')
      await telnet.until('Goodbye, guest-2.')
      await telnet.untilExit()
      await ann.until('* guest-2 left\n')
      expect(ann.text).not.toMatch(/half|\ufffd|\^/)
    },
  )

  it.skipIf(!script || !need('busybox'))(
    'ends by its own escape character, and sends nothing',
    async () => {
      const { tcp } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const telnet = atTerminal(`busybox telnet 127.0.0.1 ${tcp.port}`)
      await telnet.until('bye leaves.')
      telnet.type(CTRL_C)
      await telnet.until('Console escape.')
      telnet.type('e')
      await telnet.untilExit()
      await ann.until('* guest-2 left\n')
      expect(ann.text).not.toMatch(/guest-2:/)
    },
  )
})
