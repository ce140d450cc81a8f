/**
 * How a client of each server speaks, as bytes: what it opens with, when it is in the
 * room, and how something is published. Only what a measurement needs.
 */

/** When `pattern` has arrived, the step is over, and `send` is sent. */
type Step = { send: Buffer; until: string }

export type Speech = {
  /** Taken in order; the client is a reader after the last one. Only Oneroom has rooms above 0. */
  steps: (client: number, room: number) => Step[]
  /** A message with this text, once and for all: the stamp in it is written over. */
  publish: (text: string) => Buffer
  /** The reply to `probe`, which shows the server that the client is alive. */
  probe?: { probe: string; answer: Buffer }
  alive?: Buffer
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

/** A client's frame; the mask is zero, so that the payload stays as it is (RFC 6455, section 5.3). */
function frame(opcode: number, payload: Buffer): Buffer {
  const long = payload.length > 125
  const head = Buffer.alloc(long ? 8 : 6)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (long ? 126 : payload.length)
  if (long) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

function upgrade(path: string, protocol: string): Step {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Sec-WebSocket-Protocol: ${protocol}`,
  ]
  return { send: bytes(`${lines.join('\r\n')}\r\n\r\n`), until: '\r\n\r\n' }
}

/** MQTT 3.1.1: a packet whose length fits one or two bytes. */
function packet(type: number, payload: Buffer): Buffer {
  const { length } = payload
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return Buffer.concat([Buffer.from([type, ...size]), payload])
}

function mqttText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), bytes(text)])
}

function mqttConnect(client: number): Buffer {
  // Clean session, and no keepalive.
  const head = Buffer.concat([mqttText('MQTT'), Buffer.from([4, 2, 0, 0])])
  return packet(0x10, Buffer.concat([head, mqttText(`client${client}`)]))
}

const mqttSubscribe = packet(
  0x82,
  Buffer.concat([Buffer.from([0, 1]), mqttText('room'), Buffer.from([0])]),
)
const mqttPublish = (text: string): Buffer =>
  packet(0x30, Buffer.concat([mqttText('room'), bytes(text)]))

const greeted: Step = { send: Buffer.alloc(0), until: 'Type to talk' }
const hello = { type: 'hello', protocol: 1 }
const pong = frame(10, Buffer.alloc(0))

export const speeches = {
  'oneroom tcp': {
    steps: (_client, room) =>
      room === 0
        ? [greeted]
        : [greeted, { send: bytes(`/join room ${room}\n`), until: 'You are in room' }],
    publish: (text) => bytes(`${text}\n`),
  },
  'oneroom web': {
    steps: (_client, room) => {
      const request = room === 0 ? hello : { ...hello, room: `room ${room}` }
      const send = frame(1, bytes(JSON.stringify(request)))
      return [upgrade('/ws', 'oneroom.v1'), { send, until: '"welcome"' }]
    },
    publish: (text) => frame(1, bytes(JSON.stringify({ type: 'say', text }))),
    alive: pong,
  },
  'handwritten tcp': {
    steps: () => [{ send: Buffer.alloc(0), until: 'welcome' }],
    publish: (text) => bytes(`${text}\n`),
  },
  'handwritten web': {
    steps: () => [upgrade('/', 'chat')],
    publish: (text) => frame(1, bytes(JSON.stringify({ text }))),
  },
  nats: {
    steps: () => [
      { send: bytes('CONNECT {"verbose":false,"pedantic":false}\r\nPING\r\n'), until: 'PONG' },
      { send: bytes('SUB room 1\r\nPING\r\n'), until: 'PONG' },
    ],
    publish: (text) => bytes(`PUB room ${text.length}\r\n${text}\r\n`),
    probe: { probe: 'PING\r\n', answer: bytes('PONG\r\n') },
  },
  'mqtt tcp': {
    steps: (client) => [
      { send: mqttConnect(client), until: '\x20\x02\x00\x00' },
      { send: mqttSubscribe, until: '\x90\x03' },
    ],
    publish: mqttPublish,
  },
  'mqtt web': {
    steps: (client) => [
      upgrade('/', 'mqtt'),
      { send: frame(2, mqttConnect(client)), until: '\x20\x02\x00\x00' },
      { send: frame(2, mqttSubscribe), until: '\x90\x03' },
    ],
    publish: (text) => frame(2, mqttPublish(text)),
  },
  irc: {
    steps: (client) => [
      { send: bytes(`NICK n${client}\r\nUSER u 0 * :r\r\n`), until: ' 422 ' },
      { send: bytes('JOIN #room\r\n'), until: ' 366 ' },
    ],
    publish: (text) => bytes(`PRIVMSG #room :${text}\r\n`),
    probe: { probe: 'PING ', answer: bytes('PONG bench\r\n') },
  },
} satisfies Record<string, Speech>

export type SpeechName = keyof typeof speeches
