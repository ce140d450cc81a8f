import { describe, expect, it } from 'vitest'
import { testGateway } from '../../../support/gateway.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const writeUtf = (text: string) => Buffer.concat([Buffer.of(0, text.length), Buffer.from(text)])

describe('a program that does not send lines of UTF-8', () => {
  it.each([
    [
      'Java’s writeUTF',
      [writeUtf('hello'), writeUtf('again')],
      'Your messages begin with their length, as from writeUTF or struct.pack.',
      ['hello', 'again'],
    ],
    [
      'UTF-16',
      [Buffer.from('hello\n', 'utf16le'), Buffer.from('नमस्ते\n', 'utf16le')],
      'You send UTF-16.',
      ['hello', 'नमस्ते'],
    ],
    [
      'a whole buffer with its NULs',
      [Buffer.concat([Buffer.from('hello\n'), Buffer.alloc(1018)]), Buffer.from('again\n\0')],
      'The server removes NUL bytes',
      ['hello', 'again'],
    ],
    [
      'whole buffers without a line’s end',
      [Buffer.concat([Buffer.from('hello'), Buffer.alloc(1019)]), Buffer.from('again\0')],
      'The server removes NUL bytes',
      ['hello', 'again'],
    ],
    [
      'Java objects',
      [Buffer.from('aced0005', 'hex'), Buffer.from('740005hello\n')],
      'You send serialised Java objects, which the server discards.',
      [],
    ],
    [
      'pickles',
      [Buffer.from('8004950900000000000000', 'hex'), Buffer.from('hello\n')],
      'You send pickled Python objects, which the server discards.',
      [],
    ],
  ])(
    'but %s gets the advice once, and only its text is broadcast',
    async (_what, chunks, advice, said) => {
      const { tcp } = await testGateway()
      const { client: ann } = await greeted(tcp.port)
      const { client } = await greeted(tcp.port)
      for (const chunk of chunks) client.send(chunk)
      await client.until(`! ${advice}`)
      for (const text of said) await ann.until(`guest-2: ${text}\n`)
      client.socket.end()
      await ann.until('* guest-2 left\n')
      expect(client.text.split(advice)).toHaveLength(2)
      expect(ann.text).not.toContain(advice)
      const heard = [...ann.text.matchAll(/guest-2: (.*)\n/g)].map(([, text]) => text)
      expect(heard).toEqual(said)
    },
  )

  it('gets the advice after the greeting if it speaks first', async () => {
    const { tcp } = await testGateway()
    const client = await rawClient(tcp.port)
    client.send(Buffer.concat([Buffer.of(0, 0), writeUtf('hello')]))
    await client.until(/^Welcome.*bye leaves\.\n! Your messages begin with their length/s)
  })

  it('gets strings instead if it speaks first with Java’s writeUTF', async () => {
    const { tcp } = await testGateway()
    const client = await rawClient(tcp.port)
    client.send(writeUtf('hello')).send(writeUtf('again'))
    const text = await client.until('guest-1: again')
    const bytes = Buffer.concat(client.chunks)
    const strings: string[] = []
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) {
      strings.push(bytes.toString('utf8', at + 2, at + 2 + bytes.readUInt16BE(at)))
    }
    expect(strings[0]).toMatch(/^Welcome to Oneroom\..*bye leaves\.$/s)
    expect(strings.at(-1)).toMatch(/guest-1: again$/)
    expect(text).not.toContain('! ')
  })

  it('gets the number of waiting bytes if it ends lines, and then does not', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client } = await greeted(tcp.port)
    client.send('hello\n').send('and goodbye!')
    await client.until('! 12 bytes are waiting for the end of the line')
    expect(ann.text).not.toContain('goodbye')
    client.send('\nmore words')
    await ann.until('guest-2: and goodbye!\n')
    client.socket.end()
    await ann.until('guest-2: more words\n')
    expect(client.text.match(/are waiting for/g)).toHaveLength(1)
  })
})
