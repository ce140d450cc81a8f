/**
 * Makes a checkout ready to run: installs when the lock file has changed since the
 * last time, builds when a source has. Plain JavaScript, because it runs before
 * anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Oneroom needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

// The lock file names the hash of every package, so a cached one needs no request.
step('node_modules/.oneroom', ['package-lock.json'], 'Installing', [
  'ci',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
])
step(
  'dist/.oneroom',
  [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'server',
    'shared',
    'web',
    'docs/examples',
  ],
  'Building',
  ['run', '--silent', 'build'],
)

/**
 * @param {string} stamp file that remembers the hash of the sources it was done for
 * @param {string[]} sources files and folders
 * @param {string} doing printed while the step runs
 * @param {string[]} npmArguments
 */
function step(stamp, sources, doing, npmArguments) {
  const hash = hashOf(sources)
  const file = join(root, stamp)
  if (existsSync(file) && readFileSync(file, 'utf8') === hash) return
  console.error(`${doing} …`)
  // npm prints to standard error, because standard output belongs to the program.
  const { status } = spawnSync('npm', npmArguments, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error(`${doing} failed; see above.`)
    process.exit(2)
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, hash)
}

/** @param {string[]} sources */
function hashOf(sources) {
  const hash = createHash('sha256')
  for (const path of sources.flatMap(files))
    hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

/** @param {string} path @returns {string[]} */
function files(path) {
  const entries = readdirSync(root, { withFileTypes: true })
  if (entries.some((entry) => entry.name === path && entry.isFile())) return [path]
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort()
}
