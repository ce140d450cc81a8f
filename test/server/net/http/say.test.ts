import { describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import type { ErrorMessage } from '../../../../shared/replies.ts'
import { everything } from '../../../support/events.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const TEXT = { 'content-type': 'text/plain' }
const JSON_TYPE = { 'content-type': 'application/json' }

async function say(
  { webUrl }: TestGateway,
  body: string,
  headers: Record<string, string> = TEXT,
  query = '',
) {
  const response = await fetch(`${webUrl}/api/say${query}`, { method: 'POST', headers, body })
  const text = await response.text()
  const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as RoomEvent & ErrorMessage
  return { status: response.status, answer, text, after: response.headers.get('retry-after') }
}

describe('a message over HTTP', () => {
  it.each([
    ['text as curl -d sends it', 'deployed & 100% done', FORM, '?name=ci', 'deployed & 100% done'],
    ['plain text', 'deployed\n', TEXT, '?name=ci', 'deployed'],
    ['a form', 'name=ci&text=a+b%21', FORM, '', 'a b!'],
    ['text that looks like a form with other fields', 'text=1&x=2', FORM, '?name=ci', 'text=1&x=2'],
    ['JSON', '{"text":"grüß dich","name":"ci"}', JSON_TYPE, '', 'grüß dich'],
    ['JSON with unknown fields', '{"text":"x","name":"ci","colour":1}', JSON_TYPE, '?y=2', 'x'],
  ])('may be %s', async (_what, body, headers, query, text) => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    const { status, answer } = await say(gateway, body, headers, query)
    expect(status).toBe(201)
    expect(answer).toMatchObject({
      seq: 1,
      kind: 'message',
      text,
      from: { name: 'ci', via: 'http' },
    })
    await ann.until(`ci: ${text}\n`)
    ann.send('/who\n')
    await ann.until('1 here: guest-1 (terminal)\n')
    expect(ann.text).not.toMatch(/joined|left/)
  })

  it.each([
    ['has signs that no name has', 'GitHub [bot]', 'GitHub bot'],
    ['is too long', 'Alerts of the production cluster', 'Alerts of the production'],
    ['is that of a person', 'guest-1', 'guest-2'],
  ])('has a free name near its username if that %s', async (_what, username, name) => {
    const gateway = await testGateway()
    await greeted(gateway.tcp.port)
    const body = JSON.stringify({ text: 'x', username, name: null, id: null, room: null })
    // Alertmanager's sender for Slack looks for `ok`.
    const { answer } = await say(gateway, body, JSON_TYPE)
    expect(answer).toMatchObject({ from: { name }, ok: true })
    const exact = JSON.stringify({ text: 'x', name: username })
    expect((await say(gateway, exact, JSON_TYPE)).status).toBeGreaterThanOrEqual(400)
  })

  it('is committed once for each name and id, and repeated requests return that event', async () => {
    const gateway = await testGateway()
    const once = '{"text":"once","name":"CI","id":"build-1","action":true}'
    const first = await say(gateway, once, JSON_TYPE)
    const second = await say(gateway, once.replace('CI', 'ci'), JSON_TYPE)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.answer).toEqual(first.answer)
    expect(first.answer).toMatchObject({ kind: 'action', id: 'build-1' })
    expect((await say(gateway, once.replace('CI', 'other'), JSON_TYPE)).status).toBe(201)
    expect(await everything(gateway.webUrl)).toHaveLength(2)
  })

  it('is refused when its id was used for a different message', async () => {
    const gateway = await testGateway()
    const taken = '{"text":"anything","name":"ci","id":"build-7"}'
    expect((await say(gateway, taken, JSON_TYPE)).status).toBe(201)
    for (const other of [
      '{"text":"build 7 failed","name":"ci","id":"build-7"}',
      '{"text":"anything","name":"ci","id":"build-7","action":true}',
    ]) {
      const { status, answer } = await say(gateway, other, JSON_TYPE)
      expect([status, answer.code]).toEqual([409, 'id_used'])
    }
    expect((await everything(gateway.webUrl)).map(({ text }) => text)).toEqual(['anything'])
  })

  it('is repeated after a host has taken its text away', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const hana = await hostClient(gateway.webUrl)
    const once = '{"text":"once","name":"ci","id":"build-1"}'
    await say(gateway, once, JSON_TYPE)
    hana.send({ type: 'act', act: { type: 'redact', person: 'ci' } })
    await hana.until('removed message 2 of ci')
    const { status, answer } = await say(gateway, once, JSON_TYPE)
    expect([status, answer.redacted]).toEqual([200, { by: 'Hana' }])
  })

  it('is refused under a name that is a token', async () => {
    const gateway = await testGateway()
    const { token } = await (await pageClient(gateway.webUrl)).hello({ name: 'Ann' })
    const { status, answer } = await say(gateway, 'hi', TEXT, `?name=${token}`)
    expect([status, answer.code]).toEqual([400, 'name_invalid'])
  })

  it.each([
    ['the name of a member', 'hi', TEXT, '?name=GUEST-1', 409, 'name_taken'],
    [
      'a name that looks like the name of a member',
      'hi',
      TEXT,
      '?name=gu%D0%B5st-1',
      409,
      'name_lookalike',
    ],
    ['a reserved name', 'hi', TEXT, '?name=Server', 409, 'name_taken'],
    ['an invalid name', 'hi', TEXT, '?name=a%3Ab', 400, 'name_invalid'],
    ['an empty text', '  ', TEXT, '', 400, 'text_empty'],
    ['a text that is too long', 'x'.repeat(4097), TEXT, '', 413, 'text_too_long'],
    ['a body that is too large', 'x'.repeat(100_000), TEXT, '', 413, 'text_too_long'],
    ['invalid JSON', '{"text":', JSON_TYPE, '', 400, 'bad_json'],
    ['JSON that is not an object', '[1]', JSON_TYPE, '', 400, 'bad_message'],
    ['a compressed body', 'x', { ...TEXT, 'content-encoding': 'gzip' }, '', 400, 'bad_message'],
    ['an unknown media type', 'x', { 'content-type': 'image/png' }, '', 400, 'bad_message'],
  ])(
    'with %s is refused with an error from the table',
    async (_what, body, headers, query, status, code) => {
      const gateway = await testGateway()
      await greeted(gateway.tcp.port)
      const answered = await say(gateway, body, headers, query)
      expect([answered.status, answered.answer.code]).toEqual([status, code])
      expect([...gateway.rooms.tally.refusals]).toEqual([[code, 1]])
      if (status !== 409) return
      // No name near one of the server itself is suggested.
      const suggestion = query === '?name=Server' ? undefined : expect.stringMatching(/-2$/)
      expect(answered.answer.suggestion).toEqual(suggestion)
    },
  )

  it('is refused when it comes from a page of another site', async () => {
    const gateway = await testGateway()
    for (const origin of ['http://evil.example', 'null']) {
      expect((await say(gateway, 'hi', { ...TEXT, origin })).status).toBe(403)
    }
    expect((await say(gateway, 'hi', { ...TEXT, origin: gateway.webUrl })).status).toBe(201)
    expect(await everything(gateway.webUrl)).toHaveLength(1)
  })

  it.each([
    ['text=waves&action=true', '', FORM],
    ['waves', '?action=true', TEXT],
  ])('is an action if it says so, in %j with %j', async (body, query, headers) => {
    const gateway = await testGateway()
    expect((await say(gateway, body, headers, query)).answer).toMatchObject({ kind: 'action' })
  })

  it('with GET is refused, and the response names the method', async () => {
    const { webUrl } = await testGateway()
    const { status, headers } = await fetch(`${webUrl}/api/say`)
    expect([status, headers.get('allow')]).toEqual([405, 'POST, PUT'])
  })

  it('is sanitised like any other message', async () => {
    const gateway = await testGateway()
    const { client: ann } = await greeted(gateway.tcp.port)
    await say(gateway, '\u001b[2J\u202eevil')
    await ann.until('http: ^[[2J\\u202eevil\n')
  })

  it('is subject to flood control, and the response says when to retry', async () => {
    const gateway = await testGateway({ flood: { perSecond: 0.1, burst: 3 } })
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) => say(gateway, `${at}`, TEXT, `?name=n${at}x`)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429, 429])
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.answer.code).toBe('too_fast')
    // In seconds, since the first message.
    expect(Number(refused?.after)).toBeGreaterThan(0)
    expect(Number(refused?.after)).toBeLessThanOrEqual(10)
  })

  it('is counted before its body is read', async () => {
    const gateway = await testGateway({ flood: { perSecond: 0.1, burst: 2 } })
    const statuses: number[] = []
    for (const body of ['{', '{', '{', '{"text":"hi"}']) {
      statuses.push((await say(gateway, body, JSON_TYPE)).status)
    }
    expect(statuses).toEqual([400, 400, 429, 429])
  })

  it('is refused when the log cannot record it', async () => {
    const gateway = await testGateway()
    gateway.rooms.store.append = () => Promise.reject(new Error('disk full'))
    const { status, answer } = await say(gateway, 'hi')
    expect([status, answer.code]).toEqual([503, 'log_unavailable'])
  })
})
