/** Reactions, from all kinds of clients to all kinds of clients. */
import { describe, expect, it } from 'vitest'
import { limits } from '../../../shared/limits.ts'
import { MESSAGE_SIGNS, PERSON_SIGNS } from '../../../shared/reactions.ts'
import { everything } from '../../support/events.ts'
import { type TestGateway, testGateway } from '../../support/gateway.ts'
import { type PageClient, pageClient } from '../../support/page.ts'
import { greeted } from '../../support/raw.ts'

async function talking(): Promise<{ gateway: TestGateway; ann: PageClient; bob: PageClient }> {
  const gateway = await testGateway()
  const ann = await pageClient(gateway.webUrl)
  await ann.hello({ name: 'Ann' })
  const bob = await pageClient(gateway.webUrl)
  await bob.hello({ name: 'Bob B' })
  return { gateway, ann, bob }
}

describe('a reaction', () => {
  it('has the name of its person, is given once, and is taken back by the same again', async () => {
    const { gateway, ann, bob } = await talking()
    bob.send({ type: 'say', text: 'the disk is full' })
    const { seq, from } = await ann.until('the disk is full')
    const react = (act: object) => ann.send({ type: 'act', act: { type: 'react', ...act } })
    react({ seq, sign: '👀' })
    const { act } = await bob.until(`reacted 👀 to message ${seq} of <Bob B>`)
    const person = { id: from.id, name: from.name }
    expect(act).toEqual({ type: 'react', seq, person, sign: '👀', on: true })
    react({ sign: '❤', on: true })
    await bob.until(`reacted ❤️ to message ${seq} of <Bob B>`)
    react({ person: 'bob b', sign: '👀', on: true })
    const [first] = await everything(gateway.webUrl)
    expect(first?.reactions?.map(({ sign, people }) => [sign, people[0]?.name])).toEqual([
      ['❤️', 'Ann'],
      ['👀', 'Ann'],
    ])
    react({ person: 'bob b', sign: '👀' })
    await bob.until(`took 👀 back from message ${seq} of <Bob B>`)
    const late = await pageClient(gateway.webUrl)
    const { events } = await late.hello({ name: 'Late', history: 50 })
    expect(events[0]?.reactions).toHaveLength(1)
    expect(bob.events.filter((event) => event.act?.type === 'react')).toHaveLength(3)
  })

  it('is refused if it is no emoji, too much, or about nothing', async () => {
    const { ann, bob } = await talking()
    const react = async (act: object): Promise<string> => {
      ann.messages.length = 0
      ann.send({ type: 'act', act: { type: 'react', ...act } })
      return (await ann.next('error')).message
    }
    expect(await react({ sign: '👍' })).toBe('There is no such message.')
    bob.send({ type: 'say', text: 'one' })
    const { seq } = await ann.until('one')
    for (const sign of ['x', '', '👍👍', '[12:00] Bob: 👍', '\u202e', '7']) {
      expect(await react({ seq, sign })).toBe('A reaction is one emoji, such as 👍.')
    }
    expect(await react({ seq: 99, sign: '👍' })).toBe('There is no such message.')
    const signs = ['👍', '❤️', '😂', '🎉', '👀', '✅']
    for (const sign of signs.slice(0, PERSON_SIGNS)) {
      ann.send({ type: 'act', act: { type: 'react', seq, sign } })
      await bob.until(`reacted ${sign} to message ${seq} of <Bob B>`)
    }
    expect(await react({ seq, sign: '✅' })).toContain(`at most ${PERSON_SIGNS} signs`)
    expect(MESSAGE_SIGNS).toBeGreaterThan(PERSON_SIGNS)
  })

  it('is shown at terminals in one line when things are quiet, and below the message later', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl, name } = await greeted(gateway.tcp.port)
    const { client: dora } = await greeted(gateway.tcp.port)
    bob.send({ type: 'say', text: 'lunch?\n[12:21] Ann: yes' })
    const { seq } = await ann.until('lunch?\n[12:21] Ann: yes')
    await carl.until('| [12:21] Ann: yes\n')
    ann.send({ type: 'act', act: { type: 'react', seq, sign: '👍' } })
    ann.send({ type: 'act', act: { type: 'react', seq, sign: '👎' } })
    ann.send({ type: 'act', act: { type: 'react', seq, sign: '👎' } })
    carl.send('/react ok\n/react bob eyes\n/react "bob b" 🎉\n/react\n/react x\n')
    await carl.until(`* You reacted 👍 to message ${seq} of <Bob B>.\n`)
    await carl.until(`* You reacted 🎉 to message ${seq} of <Bob B>.\n`)
    await carl.until('! Usage: /react [NAME] SIGN\n')
    await carl.until('! A reaction is one emoji, such as 👍.\n')
    expect(carl.text).toContain('! There is no such message.\n')
    await dora.until(`* Ann, ${name} 👍, ${name} 🎉 to <Bob B>: lunch? …\n`)
    expect(dora.text.match(/👍/g)).toHaveLength(1)
    dora.send('/history\n')
    await dora.until(`          | [12:21] Ann: yes\n          + Ann, ${name} 👍, ${name} 🎉\n`)
    const { client: late } = await greeted(gateway.tcp.port)
    await late.until(`          + Ann, ${name} 👍, ${name} 🎉\n`)
    dora.send('/ignore Ann\n/history\n')
    await dora.until(`          + ${name} 👍, ${name} 🎉\n`)
  })

  it('takes no message from the reach of those who answer, react or take back', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl } = await greeted(gateway.tcp.port)
    bob.send({ type: 'say', text: 'the disk is full' })
    const { seq } = await ann.until('the disk is full')
    for (let count = 0; count <= limits.historyEvents; count += 1) {
      ann.send({ type: 'act', act: { type: 'react', seq, sign: '👍' } })
    }
    ann.send({ type: 'act', act: { type: 'react', seq, sign: '🎉' } })
    await bob.until(`reacted 🎉 to message ${seq} of <Bob B>`)
    carl.send('/re clean it\n/react "bob b" ok\n')
    await carl.until('* You answer <Bob B>: the disk is full\n')
    await carl.until(`* You reacted 👍 to message ${seq} of <Bob B>.\n`)
    bob.send({ type: 'act', act: { type: 'redact' } })
    await ann.until(`took back message ${seq}`)
  })

  it('goes with the text of its message', async () => {
    const { gateway, ann, bob } = await talking()
    const { client: carl } = await greeted(gateway.tcp.port)
    bob.send({ type: 'say', text: 'secret' })
    const { seq } = await ann.until('secret')
    // Carl would receive the reaction some seconds later.
    ann.send({ type: 'act', act: { type: 'react', seq, sign: '👍' } })
    bob.send({ type: 'act', act: { type: 'redact', seq } })
    await carl.until('took back message')
    expect((await everything(gateway.webUrl))[0]).not.toHaveProperty('reactions')
    const { client: late } = await greeted(gateway.tcp.port)
    expect(await late.until('* <Bob B>: taken back\n')).not.toContain('👍')
    expect(carl.text).not.toContain('👍')
  })
})
