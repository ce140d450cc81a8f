/** Direct messages and ignoring in `oneroom connect`, at real terminals. */
import { describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Direct } from '../../shared/replies.ts'
import { serveInProcess } from '../support/gateway.ts'
import { type PageClient, pageClient } from '../support/page.ts'
import { oneroom, type Served } from '../support/program.ts'
import { Screen, tmux } from '../support/tmux.ts'
import { type Way, wayTo } from '../support/way.ts'

/** A client at a terminal; `port`: the server's, or that of a way to it. */
async function terminal(port: number, name: string): Promise<Screen> {
  const screen = new Screen(['connect', `127.0.0.1:${port}`, '--name', name])
  await screen.until(new RegExp(`\\n${name}>$`))
  return screen
}

async function page(served: Served, name: string): Promise<PageClient> {
  const client = await pageClient(served.webUrl)
  await client.hello({ name })
  return client
}

/** Bob at a page, and Ann at a terminal behind a way that can break. */
async function bobAndAnn(
  isLost?: (line: string) => boolean,
): Promise<{ served: Served; bob: PageClient; way: Way; ann: Screen }> {
  const served = await serveInProcess()
  const bob = await page(served, 'Bob')
  const way = await wayTo(served.tcpPort, isLost)
  return { served, bob, way, ann: await terminal(way.port, 'Ann') }
}

/** Resolves when the message is in the log. */
async function tell(client: PageClient, to: string, text: string): Promise<void> {
  client.send({ type: 'direct', to, text })
  await received(client, text)
}

async function received(client: PageClient, text: string): Promise<RoomEvent | undefined> {
  const has = ({ events }: Direct) => events.some((event) => event.text === text)
  const { events } = await client.next('direct', has)
  return events.find((event) => event.text === text)
}

function directTexts(client: PageClient): string[] {
  return client.messages.flatMap((one) =>
    one.type === 'direct' ? one.events.map(({ text }) => text) : [],
  )
}

/** The lines with a time, without it. */
function said(screen: Screen): string[] {
  return [...screen.everything.matchAll(/^\[\d\d:\d\d\] (.*)$/gm)].map(([, line]) => line as string)
}

describe.skipIf(tmux === undefined)('direct messages at a terminal', () => {
  it('go to one person, who answers with /reply', async () => {
    const { served, bob, ann } = await bobAndAnn()
    const carol = await terminal(served.tcpPort, 'Carol C')
    carol.type('/reply hi').press('Enter')
    await carol.until('! No direct message has arrived yet.')
    ann.type('/msg "carol c" Is it due today?').press('Enter')
    await ann.until('] Ann -> Carol C: Is it due today?\n')
    await carol.until('] Ann -> Carol C: Is it due today?\n')
    carol.type('/reply Yes, at six').press('Enter')
    await ann.until('] Carol C -> Ann: Yes, at six\n')
    ann.type('to all').press('Enter')
    await bob.until('to all')
    await ann.until('] Ann: to all\n')
    const all = ['Ann -> Carol C: Is it due today?', 'Carol C -> Ann: Yes, at six', 'Ann: to all']
    await carol.until('] Ann: to all\n')
    expect([said(ann), said(carol)]).toEqual([all, all])
    expect([bob.texts, directTexts(bob)]).toEqual([['to all'], []])
    carol.type('/join maths').press('Enter')
    await carol.until('Carol C in maths>')
    carol.type('/msg ann').press('Enter')
    await carol.until(/\* \d{4}-\d\d-\d\d\n.*Is it due today\?\n.*Yes, at six\nCarol C in maths>$/)
  })

  it('that were missed arrive once after a reconnection, in order', async () => {
    const { bob, way, ann } = await bobAndAnn()
    await tell(bob, 'Ann', 'before')
    await ann.until('Bob -> Ann: before')
    way.cut()
    await ann.until('Ann (offline)>')
    for (const text of ['one', 'two']) await tell(bob, 'Ann', text)
    ann.type('/reply three').press('Enter')
    await ann.until(/\n… -> Bob: three\nAnn \(offline\)>$/)
    way.mend()
    await received(bob, 'three')
    await tell(bob, 'Ann', 'four')
    await ann.until(/Bob -> Ann: four\nAnn>$/)
    const all = [
      'Bob -> Ann: before',
      'Bob -> Ann: one',
      'Bob -> Ann: two',
      'Ann -> Bob: three',
      'Bob -> Ann: four',
    ]
    expect(said(ann)).toEqual(all)
    way.cut()
    await ann.until('Ann (offline)>')
    way.mend()
    await ann.until(/\nAnn>$/)
    await tell(bob, 'Ann', 'five')
    await ann.until('Bob -> Ann: five')
    expect(said(ann)).toEqual([...all, 'Bob -> Ann: five'])
  })

  it('are sent again until they are acknowledged, and reach the other person once', async () => {
    let isLossy = true
    const { bob, way, ann } = await bobAndAnn((line) => isLossy && line.includes('"text":"once"'))
    ann.type('/msg Bob once').press('Enter')
    await received(bob, 'once')
    await ann.until('… -> Bob: once')
    way.cut()
    isLossy = false
    await ann.until('Ann (offline)>')
    way.mend()
    await ann.until(/Ann -> Bob: once\nAnn>$/)
    ann.type('/msg Bob twice').press('Enter')
    await ann.until('Ann -> Bob: twice')
    await received(bob, 'twice')
    expect(said(ann)).toEqual(['Ann -> Bob: once', 'Ann -> Bob: twice'])
    expect(directTexts(bob)).toEqual(['once', 'twice'])
  })

  it('hold back the end of the program until they are acknowledged', async () => {
    const { bob, ann } = await bobAndAnn((line) => line.includes('"text":"lost"'))
    ann.type('/msg Bob lost').press('Enter')
    await received(bob, 'lost')
    ann.press('C-d')
    await ann.until(/Ann \(leaving\)>|exit 1/)
    await ann.until(/! 1 of your messages may not have been sent\.\n(.*\n)*exit 1/)
  })

  it('to an unknown person are reported and given up', async () => {
    const { ann } = await bobAndAnn()
    ann.type('/msg Nobody hi').press('Enter')
    await ann.until(/! There is nobody called Nobody\.\nAnn>$/)
    ann.press('C-d')
    await ann.until('exit 0')
  })

  it('of ignored people are hidden, as are their messages in the room', async () => {
    const { bob, ann } = await bobAndAnn()
    ann.type('/ignore bob').press('Enter')
    await ann.until('You ignore Bob.')
    await tell(bob, 'Ann', 'hidden')
    bob.send({ type: 'say', text: 'hidden, too' })
    await bob.until('hidden, too')
    ann.type('mine').press('Enter')
    await ann.until('Ann: mine')
    ann.type('/ignore').press('Enter')
    await ann.until(/(You ignore Bob\.\n(.*\n)*){2}/)
    ann.type('/ignore bob').press('Enter')
    await ann.until('You ignore nobody.')
    bob.send({ type: 'say', text: 'shown' })
    await ann.until('Bob: shown')
    expect(said(ann)).toEqual(['Ann: mine', 'Bob: shown'])
  })

  it('of ignored people do not hold back what is sent after a reconnection', async () => {
    const { bob, way, ann } = await bobAndAnn()
    ann.type('/ignore bob').press('Enter')
    await ann.until('You ignore Bob.')
    way.cut()
    await ann.until('Ann (offline)>')
    bob.send({ type: 'say', text: 'hidden' })
    await bob.until('hidden')
    await tell(bob, 'Ann', 'hidden, too')
    ann.type('mine').press('Enter')
    ann.type('/msg Bob for you').press('Enter')
    await ann.until(/… mine\n… -> Bob: for you\nAnn \(offline\)>$/)
    way.mend()
    await ann.until('] Ann -> Bob: for you\n')
    await ann.until('] Ann: mine\n')
    expect(said(ann).toSorted()).toEqual(['Ann -> Bob: for you', 'Ann: mine'])
  })

  it('have commands, which /help lists', async () => {
    const { ann } = await bobAndAnn()
    ann.type('/help').press('Enter')
    const help = await ann.until('/quit or bye')
    for (const usage of ['\n  /msg NAME TEXT ', '\n  /reply TEXT ', ' /ignore ']) {
      expect(help).toContain(usage)
    }
  })
})

describe('direct messages in a pipe', () => {
  it.each([[[]], [['--json']]])('are not printed (%j)', async (args) => {
    const served = await serveInProcess()
    const bob = await page(served, 'Bob')
    const where = `127.0.0.1:${served.tcpPort}`
    const program = oneroom('connect', where, '--name', 'Ann', ...args)
    await bob.next('presence', ({ joined }) => joined.some(({ name }) => name === 'Ann'))
    await tell(bob, 'Ann', 'secret')
    bob.send({ type: 'say', text: 'public' })
    await program.until('public')
    program.type('/msg Bob hi\n')
    await bob.until('/msg Bob hi')
    program.child.stdin?.end()
    expect(await program.untilExit()).toBe(0)
    expect(program.stdout + program.stderr).not.toContain('secret')
    expect(directTexts(bob)).toEqual(['secret'])
  })
})
