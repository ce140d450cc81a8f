// A bot: repeats what is said to it, as in "echo: hello". JSON over TCP, Node.js only.
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const room = connect(8080, '127.0.0.1')
const send = (message) => room.write(`${JSON.stringify(message)}\n`)

await once(room, 'connect')
send({ type: 'hello', protocol: 1, name: 'echo', take: 'suggestion' })
for await (const line of createInterface({ input: room })) {
  // The greeting for people at terminals, if the server did not wait for the hello.
  if (!line.startsWith('{')) continue
  const message = JSON.parse(line)
  if (message.type === 'error') console.error(message.message)
  if (message.type !== 'events') continue
  for (const { text } of message.events) {
    if (text.startsWith('echo: ')) send({ type: 'say', text: text.slice('echo: '.length) })
  }
}
