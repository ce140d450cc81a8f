/** Loading pages of the log, from servers that respond and from servers that do not. */
import { createServer, type RequestListener } from 'node:http'
import { signal } from '@preact/signals'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fetchEvents, History, type Page } from '../../web/log/history.ts'
import { alice, event, events, range, Tab, welcome } from './room.ts'

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return `http://127.0.0.1:${port}/api/events`
}

describe('a page of the log', () => {
  it('is returned as it came', async () => {
    const page = { epoch: 'e1', events: [], more: false }
    const url = await listen((_, response) => response.end(JSON.stringify(page)))
    expect(await fetchEvents(url)).toEqual(page)
  })

  it('is given up when the server never responds', async () => {
    const url = await listen(() => {})
    expect(await fetchEvents(url, 100)).toBeNull()
  })

  it('is given up when the response does not end', async () => {
    const url = await listen((_, response) => response.write('{"epoch":'))
    expect(await fetchEvents(url, 100)).toBeNull()
  })

  it('is not taken from an error', async () => {
    const url = await listen((_, response) => response.writeHead(503).end('{}'))
    expect(await fetchEvents(url)).toBeNull()
  })
})

describe('a page of which all is from people who are ignored', () => {
  it('is followed by the next one, until there is something to show', async () => {
    const tab = new Tab().receive(welcome({ head: 400, events: [event(400, alice)] }))
    const ignored = [{ id: 'b', name: 'bob' }]
    tab.act({ type: 'change', room: tab.state.room, change: (state) => ({ ...state, ignored }) })
    tab.act({ type: 'follow', on: false })
    const asked: number[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      const before = Number(/before=(\d+)/.exec(url)?.[1])
      asked.push(before)
      const list = range(Math.max(1, before - 200), before - 1)
      const events = list.map((one) => (one.seq === 150 ? event(150, alice) : one))
      return new Response(JSON.stringify({ epoch: 'e1', events, more: before > 201 }))
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const pageFailed = signal<Page | null>('older')
    const history = new History({
      peek: () => tab.state,
      act: (action) => void tab.act(action),
      hint: () => {},
      converse: async () => undefined,
      readingSeq: () => null,
      pageFailed,
    })
    history.loadOlder()
    await vi.waitFor(() => expect(pageFailed.value).toBeNull())
    expect(asked).toEqual([400, 200])
    await vi.waitFor(() => expect(tab.seqs).toEqual([150, 400]))
    expect(tab.state.atStart).toBe(true)
  })
})

describe('a mention in a part of the log that the tab does not have', () => {
  it('is the one that the reader goes to, not a later one', async () => {
    const tab = new Tab().receive(welcome({ head: 100, events: range(91, 100) }))
    tab.act({ type: 'follow', on: false })
    const log = range(1, 2200).map((one) =>
      one.seq === 1100 || one.seq === 2150 ? { ...one, text: 'alice: look' } : one,
    )
    tab.receive(events(...log.slice(100)))
    expect(tab.state.gap).toBe(true)
    vi.stubGlobal('fetch', async (url: string) => {
      const after = Number(/after=(\d+)/.exec(url)?.[1])
      const found = log.slice(after, after + 200)
      return new Response(JSON.stringify({ epoch: 'e1', events: found, more: true }))
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const history = new History({
      peek: () => tab.state,
      act: (action) => void tab.act(action),
      hint: () => {},
      converse: async () => undefined,
      readingSeq: () => null,
      pageFailed: signal<Page | null>(null),
    })
    await history.goToMention(100)
    expect(tab.state.target).toEqual({ seq: 1100 })
    await history.goToMention(1100)
    expect(tab.state.target).toEqual({ seq: 2150 })
  })
})

describe('a day', () => {
  it('leads to its first message, and to none of a person who is ignored', async () => {
    const tab = new Tab().receive(welcome({ head: 400, events: [event(400, alice)] }))
    const ignored = [{ id: 'b', name: 'bob' }]
    tab.act({ type: 'change', room: tab.state.room, change: (state) => ({ ...state, ignored }) })
    const log = range(1, 400).map((one) => (one.seq % 150 === 0 ? event(one.seq, alice) : one))
    const hints: string[] = []
    const asked: URL[] = []
    vi.stubGlobal('fetch', async (path: string) => {
      const url = new URL(path, 'http://127.0.0.1')
      asked.push(url)
      const since = url.searchParams.get('since')
      const after = Number(url.searchParams.get('after'))
      const events = log
        .filter(({ seq, at }) => (since === null ? seq > after : at >= since))
        .slice(0, Number(url.searchParams.get('limit')))
      return new Response(JSON.stringify({ epoch: 'e1', events, more: true }))
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const history = new History({
      peek: () => tab.state,
      act: (action) => void tab.act(action),
      hint: (text) => hints.push(text),
      converse: async () => undefined,
      readingSeq: () => null,
      pageFailed: signal<Page | null>(null),
    })
    await history.goToTime(Date.parse(event(101).at))
    expect(asked[0]?.searchParams.get('since')).toBe(event(101).at)
    expect(tab.state.target).toEqual({ seq: 150 })
    await history.goToTime(Date.parse(event(401).at))
    expect(hints).toEqual(['Nothing was said on that day or since.'])
  })
})
