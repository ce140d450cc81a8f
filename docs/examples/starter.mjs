// A chat client: it prints what the room says, and sends what you type.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const HOST = '127.0.0.1'
const PORT = 8080
const CODE = '' // the room code, if the room needs one

const room = connect(PORT, HOST)
room.on('error', (error) => console.error(error.message))
room.on('close', () => process.exit())

createInterface({ input: room }).on('line', (line) => console.log(line))

if (CODE !== '') room.write(`${CODE}\n`)
createInterface({ input: process.stdin })
  .on('line', (line) => room.write(`${line}\n`))
  .on('close', () => room.end())
