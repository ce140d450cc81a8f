/** A way between the server and its database that can be cut, stalled, and lose answers. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type Middle = {
  port: number
  /** Breaks all connections. New ones work. */
  cut(): void
  /** Passes nothing on, in both directions, until `resume` is called. */
  stall(): void
  resume(): void
  /** Breaks the connection that next receives an answer that `isLost` is true for, in its place. */
  loseAnswer(isLost: (answer: string) => boolean): Promise<void>
}

/** A way to a port of this machine, for one test. */
export async function middleTo(port: number): Promise<Middle> {
  const sockets = new Set<Socket>()
  let isStalled = false
  let losing: { isLost: (answer: string) => boolean; done: () => void } | undefined
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    const close = (): void => {
      for (const socket of [near, far]) {
        sockets.delete(socket)
        socket.destroy()
      }
    }
    for (const socket of [near, far]) {
      sockets.add(socket)
      if (isStalled) socket.pause()
      socket.on('error', close)
      socket.on('close', close)
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => {
      if (losing?.isLost(bytes.toString('latin1'))) {
        losing.done()
        losing = undefined
        close()
      } else {
        near.write(bytes)
      }
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  return {
    port: (server.address() as { port: number }).port,
    cut,
    stall() {
      isStalled = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      isStalled = false
      for (const socket of sockets) socket.resume()
    },
    loseAnswer: (isLost) =>
      new Promise((done) => {
        losing = { isLost, done }
      }),
  }
}
