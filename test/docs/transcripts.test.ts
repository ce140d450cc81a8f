/** The blocks of docs/transcripts.md: what a terminal shows, and a transcript in Markdown. */
import { expect, it } from 'vitest'
import { testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { greeted } from '../support/raw.ts'
import { blocks, firstLine } from './pages.ts'

const [asked, markdown] = blocks.filter(
  ({ page, language }) => page === 'docs/transcripts.md' && language !== 'sh',
)

/** What differs in each run: times, dates, the address and the key of the link. */
function steady(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'DATE')
    .replaceAll(/UTC[+-]\d\d:\d\d|UTC/g, 'ZONE')
    .replaceAll(/\b\d\d:\d\d\b/g, 'TIME')
    .replaceAll(/http:\/\/[\d.:]+\//g, 'SERVER')
    .replaceAll(/ticket=\S+/g, 'ticket=KEY')
}

it('the lines about /transcript are what a terminal shows', async () => {
  const { tcp } = await testGateway()
  const { client } = await greeted(tcp.port)
  const [typed = '', ...shown] = asked?.text.split(/(?<=\n)/) ?? []
  client.forget()
  client.send(typed)
  await client.until(/ticket=\S+\n/)
  expect(steady(client.text)).toBe(steady(shown.join('')))
})

it('the transcript in Markdown is what the server sends', async () => {
  const { webUrl } = await testGateway()
  const said = [...(markdown?.text.matchAll(/\*\*(\w+)\*\*: (.*)/g) ?? [])]
  for (const [, name = '', text = ''] of said) {
    const client = await pageClient(webUrl)
    await client.hello({ name })
    // An address between angle brackets is a link; the person has typed it without them.
    const typed = text.replaceAll(/[<>]/g, '')
    client.send({ type: 'say', text: typed })
    await client.until(typed)
  }
  const response = await fetch(`${webUrl}/api/transcript?format=markdown`)
  expect(steady(await response.text())).toBe(steady(markdown?.text ?? ''))
  expect(firstLine(markdown as NonNullable<typeof markdown>)).toBe('# lobby')
})
