/** The documentation leads somewhere: its links, pictures and file names exist. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { blocks, page, pages, root } from './pages.ts'

/** As GitHub makes them from headings. */
function anchorsOf(text: string): string[] {
  return [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
  )
}

it.each([...pages.keys()])('every link of %s leads to something', (path) => {
  const text = page(path).replaceAll(/^```[\s\S]*?^```$/gm, '')
  const targets = [
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
    ...[...text.matchAll(/src="([^"]+)"/g)].map(([, target = '']) => target),
  ]
  for (const target of targets.filter((one) => !/^https?:/.test(one))) {
    const [file = '', anchor] = target.split('#')
    const to = file === '' ? path : join(dirname(path), file)
    expect(existsSync(join(root, to)), `${path} links to ${target}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(page(to)), `${path}: ${target}`).toContain(anchor)
  }
})

it.each([...pages.keys()])('every source file that %s names exists', (path) => {
  const named = [...page(path).matchAll(/`((?:server|shared|web|test|docs)\/[\w./-]*)`/g)]
  for (const [, name = ''] of named) {
    expect(existsSync(join(root, name)), `${path} names ${name}`).toBe(true)
  }
})

it('every entry of the folder map exists', () => {
  const map = blocks.find(({ text }) => text.startsWith('shared/  '))
  const folders: string[] = []
  const lines = map?.text.trimEnd().split('\n') ?? []
  expect(lines.length).toBeGreaterThan(20)
  for (const line of lines) {
    const [, indent = '', name = ''] = /^( *)(\S+)/.exec(line) ?? []
    folders.length = indent.length / 2
    folders.push(name)
    expect(existsSync(join(root, ...folders)), folders.join('')).toBe(true)
  }
})

it('the README is short', () => {
  expect(page('README.md').split('\n').length).toBeLessThanOrEqual(151)
})
