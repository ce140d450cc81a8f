/**
 * A registry with exactly the packages of package-lock.json. npm takes their contents from its cache,
 * by their hashes, or from the public registry. So an installation in a test does not depend on what
 * was published today.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const PUBLIC = 'https://registry.npmjs.org'

type Locked = { version: string; integrity: string; dev?: boolean }

/** Name → the versions that the lock file has of it. */
function lockedPackages(): Map<string, Locked[]> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const locked = new Map<string, Locked[]>()
  for (const [path, entry] of Object.entries<Locked>(packages)) {
    const name = path.split('node_modules/').at(-1) as string
    if (name !== '') locked.set(name, [...(locked.get(name) ?? []), entry])
  }
  return locked
}

/** The environment with which npm uses the registry, and a folder for what it would keep elsewhere. */
export async function lockedRegistry(folder: string): Promise<NodeJS.ProcessEnv> {
  const locked = lockedPackages()
  const server = createServer(({ url = '' }, response) => {
    const name = decodeURIComponent(url.slice(1))
    const versions = locked.get(name) ?? []
    response.writeHead(versions.length > 0 ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ name, 'dist-tags': {}, versions: manifests(name, versions) }))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
  })
  await once(server, 'listening')
  const cache = join(folder, 'npm')
  mkdirSync(cache)
  const { stdout } = spawnSync('npm', ['config', 'get', 'cache'], { cwd: root, encoding: 'utf8' })
  symlinkSync(join(stdout.trim(), '_cacache'), join(cache, '_cacache'))
  return {
    ...process.env,
    // Vitest sets it, and a build by npm would then be one for tests.
    NODE_ENV: undefined,
    // `npx --package` sets it for the commands that it runs.
    npm_config_package: undefined,
    npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    npm_config_replace_registry_host: 'never',
    npm_config_cache: cache,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
}

function manifests(name: string, versions: Locked[]): Record<string, object> {
  return Object.fromEntries(
    versions.map((entry) => {
      const file = `${name.split('/').at(-1)}-${entry.version}.tgz`
      const dist = { tarball: `${PUBLIC}/${name}/-/${file}`, integrity: entry.integrity }
      return [entry.version, { ...entry, name, dist }]
    }),
  )
}
