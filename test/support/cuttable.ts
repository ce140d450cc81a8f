/** Connections that break, as those of a phone or of a laptop that is closed. */
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

type Cuttable = {
  port: number
  cut: () => void
  /** Whether new connections are closed at once. */
  refuse: (on: boolean) => void
}

/** A TCP relay whose connections can be cut, and lead to the ports in turn. */
export async function cuttable(...ports: number[]): Promise<Cuttable> {
  const sockets = new Set<Socket>()
  let connections = 0
  let isRefusing = false
  const relay = createServer((client) => {
    if (isRefusing) {
      client.resetAndDestroy()
      return
    }
    const server = connect(ports[connections % ports.length] as number, '127.0.0.1')
    connections += 1
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const refuse = (on: boolean): void => {
    isRefusing = on
  }
  onTestFinished(() => {
    cut()
    relay.close()
  })
  await new Promise<void>((ready) => relay.listen(0, '127.0.0.1', ready))
  return { port: (relay.address() as { port: number }).port, cut, refuse }
}
