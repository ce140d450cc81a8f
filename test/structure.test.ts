/**
 * The direction of imports: shared ← room ← {log, net} ← gateway ← main. The page imports
 * `shared` only, the terminal client `shared` and the line editor. Type imports count.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Place → the places it may import from, besides itself. The first that fits a path is its place. */
const allowed: [place: string, from: string[]][] = [
  ['shared', []],
  ['server/room', ['shared']],
  ['server/log', ['shared', 'server/room']],
  ['server/net', ['shared', 'server/room']],
  ['server/wire', ['shared', 'server/room', 'server/net']],
  ['server/terminal/editor', ['shared']],
  ['server/terminal/client', ['shared', 'server/terminal/editor']],
  ['server/terminal/console', ['shared', 'server/room', 'server/net', 'server/terminal/editor']],
  ['server/config.ts', ['shared', 'server/room', 'server/net']],
  ['server/clock.ts', ['server/room']],
  ['server/heap.ts', []],
  ['server/usage', []],
  [
    'server/gateway.ts',
    [
      'shared',
      'server/room',
      'server/log',
      'server/net',
      'server/wire',
      'server/terminal/console',
      'server/clock.ts',
      'server/config.ts',
      'server/heap.ts',
      'server/opening.ts',
      'server/serving.ts',
    ],
  ],
  ['server/ready.ts', ['server/gateway.ts', 'server/net', 'server/config.ts', 'server/opening.ts']],
  ['server/opening.ts', ['server/room', 'server/log', 'server/net', 'server/config.ts']],
  ['server/code.ts', ['server/room', 'server/log']],
  ['server/hook.ts', ['shared', 'server/room', 'server/log']],
  ['server/export.ts', ['shared', 'server/log']],
  ['server/serving.ts', ['server/config.ts', 'server/net']],
  ['server/doctor.ts', ['server/room', 'server/log', 'server/net', 'server/serving.ts']],
  [
    'server/databasedoctor.ts',
    ['server/room', 'server/log', 'server/doctor.ts', 'server/serving.ts'],
  ],
  ['server/restart', ['server/room', 'server/log', 'server/net', 'server/serving.ts']],
  [
    'server/serve.ts',
    [
      'server/gateway.ts',
      'server/config.ts',
      'server/heap.ts',
      'server/log',
      'server/net',
      'server/opening.ts',
      'server/ready.ts',
      'server/restart',
      'server/terminal/console',
    ],
  ],
  [
    'server/main.ts',
    [
      'shared',
      'server/serve.ts',
      'server/code.ts',
      'server/config.ts',
      'server/databasedoctor.ts',
      'server/doctor.ts',
      'server/export.ts',
      'server/hook.ts',
      'server/log',
      'server/restart',
      'server/terminal/client',
      'server/usage',
    ],
  ],
  ['web', ['shared']],
]

function placeOf(path: string): string | undefined {
  return allowed.find(([place]) => path === place || path.startsWith(`${place}/`))?.[0]
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8')
  const found = text.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)
  return [...found].map(([, specifier]) => specifier as string)
}

const files = ['shared', 'server', 'web']
  .flatMap(sources)
  .filter((path) => !path.endsWith('vite.config.ts'))

describe('imports', () => {
  it.each(files)('of %s run one way', (path) => {
    const place = placeOf(path)
    expect(place, `${path} is in no place that the design knows`).toBeDefined()
    const may = allowed.find(([name]) => name === place)?.[1] ?? []
    const local = importsOf(path).filter((specifier) => specifier.startsWith('.'))
    for (const specifier of local) {
      const target = relative(root, resolve(root, dirname(path), specifier))
      const from = placeOf(target)
      if (from === place || /\.css$|\.svg$|\?raw$/.test(target)) continue
      expect(may, `${path} imports ${target}`).toContain(from)
    }
  })

  it('of the terminal client are of nothing that only a server has', () => {
    const terminal = files.filter((path) => /^server\/terminal\/(client|editor)\//.test(path))
    expect(terminal.length).toBeGreaterThan(0)
    const packages = terminal.flatMap(importsOf).filter((one) => !/^(\.|node:)/.test(one))
    expect(new Set(packages)).toEqual(new Set(['string-width', 'typebox', 'typebox/compile']))
  })

  it('of shared and the room reach for no file, no socket and no document', () => {
    const shared = files.filter((path) => path.startsWith('shared/')).flatMap(importsOf)
    expect(shared.filter((specifier) => specifier.startsWith('node:'))).toEqual([])
    const room = files.filter((path) => path.startsWith('server/room/')).flatMap(importsOf)
    expect(room.filter((one) => one.startsWith('node:') && one !== 'node:crypto')).toEqual([])
  })
})
