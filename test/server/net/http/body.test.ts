/** Bodies of requests: what is text, what is fields, and what is refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBody } from '../../../../server/net/http/body.ts'
import { messageFields } from '../../../../server/net/http/fields.ts'
import { readMultipart } from '../../../../server/net/http/multipart.ts'

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary='

describe('a form of parts', () => {
  it('has the fields that were put in, whatever is in them', async () => {
    const texts = fc.string({ unit: fc.constantFrom(...'a"-\\%;\r\né🙂', '--x', '\r\n--') })
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 4 }), async (values) => {
        const form = new FormData()
        values.forEach((value, at) => void form.append(`a "${at}"`, value))
        form.append('file', new Blob(['text']), 'build.log')
        const sent = new Response(form)
        const type = sent.headers.get('content-type') as string
        const fields = readMultipart(type, Buffer.from(await sent.arrayBuffer()))
        // A browser makes CR LF of each line end, and so does FormData.
        const expected = values.map((value, at) => ({
          name: `a "${at}"`,
          isFile: false,
          text: value.replaceAll(/\r\n|\r|\n/g, '\r\n'),
        }))
        expect(fields).toEqual([...expected, { name: 'file', isFile: true, text: 'text' }])
      }),
      { numRuns: 50 },
    )
  })

  it('is read as other clients write it: quoted boundaries, a preamble, spaces, bare names', () => {
    const body = [
      'Preamble',
      '--b 1  ',
      'Content-Type: text/plain',
      'content-disposition: FORM-DATA; name=text',
      '',
      'one',
      '--b 1',
      'Content-Disposition: form-data; filename="a\\"b.txt"; name="f\\"2"',
      '',
      'two',
      '--b 1--',
      'Epilogue',
    ].join('\r\n')
    expect(readMultipart(`${MULTIPART}"b 1"`, Buffer.from(body))).toEqual([
      { name: 'text', isFile: false, text: 'one' },
      { name: 'f"2', isFile: true, text: 'two' },
    ])
  })

  it('is refused when it is cut off, wherever that is', async () => {
    const form = new FormData()
    form.append('text', 'hello')
    const sent = new Response(form)
    const type = sent.headers.get('content-type') as string
    const body = Buffer.from(await sent.arrayBuffer())
    const end = body.lastIndexOf('--') + 2
    for (let size = 0; size < end; size += 1) {
      expect(readMultipart(type, body.subarray(0, size))).toBeUndefined()
    }
    expect(readMultipart('multipart/form-data', body)).toBeUndefined()
  })

  it('has a limit of fields', () => {
    const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    const body = (count: number) => Buffer.from(`${part.repeat(count)}--x--`)
    expect(readMultipart(`${MULTIPART}x`, body(100))).toHaveLength(100)
    expect(readMultipart(`${MULTIPART}x`, body(101))).toBeUndefined()
  })
})

describe('a body', () => {
  const textOf = (text: string) => ({ ok: true, body: { type: 'text', text } })
  const fieldsOf = (fields: object) => ({ ok: true, body: { type: 'fields', fields } })

  it.each([
    [undefined, '\ufeffhi', textOf('hi')],
    ['text/plain; charset=utf-8', 'hi', textOf('hi')],
    ['Application/JSON', '{"a":1}', fieldsOf({ a: 1 })],
    ['application/vnd.x+json', '{"a":1}', fieldsOf({ a: 1 })],
    [FORM, 'payload=%7B%22text%22%3A%22x%22%7D&room=r', fieldsOf({ text: 'x', room: 'r' })],
    [FORM, 'payload=none&room=r', textOf('payload=none&room=r')],
    [FORM, 'payload=[1]', textOf('payload=[1]')],
    [FORM, 'content=x&username=ci', fieldsOf({ content: 'x', username: 'ci' })],
    [FORM, 'name=ci', textOf('name=ci')],
  ])('of the type %s is read', (type, body, read) => {
    expect(readBody(type, Buffer.from(body))).toEqual(read)
  })

  it.each([
    ['application/json', '{', 'bad_json'],
    ['application/json', 'null', 'bad_message'],
    ['multipart/form-data; boundary=x', 'x', 'bad_message'],
    ['image/png', 'x', 'bad_message'],
  ])('of the type %s is refused if it is not valid', (type, body, code) => {
    expect(readBody(type, Buffer.from(body))).toMatchObject({ ok: false, fault: { code } })
  })
})

it('fields of any value are read without an error, and a name that is none stays for the schema', () => {
  const names = ['text', 'content', 'username', 'attachments', 'embeds', 'blocks', 'fields']
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (given) => {
      const { text } = messageFields(given)
      expect(['string', 'undefined']).toContain(typeof text)
    }),
    { numRuns: 200 },
  )
  expect(messageFields({ name: 5, text: 'x' })).toEqual({ name: 5, text: 'x' })
  expect(messageFields({ name: null, username: null, content: 'x' })).not.toHaveProperty('name')
})
