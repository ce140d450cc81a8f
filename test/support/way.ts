/** A way to the raw port of a server, which can lose lines and break. */
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export type Way = {
  port: number
  /** Ends the current connection; the next one works. */
  break(): void
  /** Ends the current connection, and each new one until `mend` is called. */
  cut(): void
  mend(): void
}

/** Leaves out the lines of the server that `isLost` is true for. */
export async function wayTo(
  tcpPort: number,
  isLost: (line: string) => boolean = () => false,
): Promise<Way> {
  let current: Socket | undefined
  let isCut = false
  const server = createServer((client) => {
    if (isCut) {
      client.destroy()
      return
    }
    current = client
    const toServer = createConnection(tcpPort, '127.0.0.1')
    for (const one of [client, toServer]) one.on('error', () => {})
    client.pipe(toServer)
    createInterface(toServer).on('line', (line) => {
      if (!isLost(line)) client.write(`${line}\n`)
    })
    client.on('close', () => toServer.destroy())
  })
  onTestFinished(() => {
    server.close()
    current?.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    break: () => current?.destroy(),
    cut: () => {
      isCut = true
      current?.destroy()
    },
    mend: () => {
      isCut = false
    },
  }
}
