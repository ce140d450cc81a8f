/**
 * A simple server written by hand: a list of sockets, and a loop that sends each message
 * to each of them. It stores nothing, has no numbers and no limits.
 */
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { type WebSocket, WebSocketServer } from 'ws'

const sockets = new Set<Socket>()
const pages = new Set<WebSocket>()

function broadcast(from: unknown, text: string): void {
  for (const socket of sockets) if (socket !== from) socket.write(`${text}\n`)
  const message = JSON.stringify({ type: 'message', text })
  for (const page of pages) page.send(message)
}

const tcp = createTcpServer({ noDelay: true }, (socket) => {
  sockets.add(socket)
  socket.write('welcome\n')
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
  createInterface({ input: socket }).on('line', (line) => broadcast(socket, line))
})
const http = createServer()
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (page) => {
  pages.add(page)
  page.on('error', () => {})
  page.on('close', () => pages.delete(page))
  page.on('message', (data) => broadcast(page, JSON.parse(String(data)).text))
})
tcp.listen(0, '127.0.0.1', () =>
  http.listen(0, '127.0.0.1', () => {
    const [tcpPort, webPort] = [tcp, http].map((server) => (server.address() as AddressInfo).port)
    console.log(JSON.stringify({ tcpPort, webPort }))
  }),
)
