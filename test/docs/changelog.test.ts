/** The changelog has the form of Keep a Changelog, and the version of the package. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { page, root } from './pages.ts'

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

const releases = page('CHANGELOG.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    kinds: [...text.matchAll(/^### (.*)$/gm)].map(([, kind = '']) => kind),
  }))

it('the changelog begins with what is not released, and then has the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(releases[0]?.title).toBe('[Unreleased]')
  expect(releases[1]?.title).toMatch(`[${version}] - `)
})

it('every version of the changelog has a date, and an older one follows', () => {
  const dates = releases.slice(1).map(({ title }) => {
    const [, date] = /^\[\d+\.\d+\.\d+\] - (\d{4}-\d\d-\d\d)$/.exec(title) ?? []
    return date
  })
  expect(dates).not.toContain(undefined)
  expect(dates).toEqual([...dates].sort().reverse())
})

it('the changes of a version are in groups of the known kinds, each once and in their order', () => {
  for (const { title, kinds } of releases) {
    expect(kinds.length, title).toBeGreaterThan(0)
    expect(kinds, title).toEqual(KINDS.filter((kind) => kinds.includes(kind)))
  }
})
