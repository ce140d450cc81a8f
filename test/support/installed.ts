/**
 * The programs that tests run, and where each of them is on this machine. Nothing is
 * installed from here: see setup.ts.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Program → the Debian package that contains it. */
export const PACKAGES = {
  bash: 'bash',
  busybox: 'busybox',
  caddy: 'caddy',
  curl: 'curl',
  fish: 'fish',
  groff: 'groff-base',
  haproxy: 'haproxy',
  'inetutils-telnet': 'inetutils-telnet',
  jq: 'jq',
  'lua5.4': 'lua5.4',
  'nc.openbsd': 'netcat-openbsd',
  'nc.traditional': 'netcat-traditional',
  ncat: 'ncat',
  nginx: 'nginx',
  openssl: 'openssl',
  pgbouncer: 'pgbouncer',
  php: 'php-cli',
  plink: 'putty-tools',
  python3: 'python3',
  ruby: 'ruby',
  script: 'bsdutils',
  socat: 'socat',
  stunnel4: 'stunnel4',
  'systemd-analyze': 'systemd',
  tmux: 'tmux',
  tshark: 'tshark',
  zsh: 'zsh',
} as const

export type ProgramName = keyof typeof PACKAGES

/** The path of a program on PATH; undefined when it is not installed. */
export function which(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/** The path of a program that a test runs. When it is undefined, the test is to be skipped. */
export function need(program: ProgramName): string | undefined {
  return which(program)
}

/** Where Lua finds its library for sockets. */
const LUA_SOCKET = ['/usr/share/lua/5.4/socket.lua', '/usr/local/share/lua/5.4/socket.lua']

/** Whether Lua can open sockets: with the Debian package `lua-socket`. */
export function hasLuaSocket(): boolean {
  return LUA_SOCKET.some((path) => existsSync(path))
}

/** Where Debian has the programs of each version. */
const DEBIAN = '/usr/lib/postgresql'

/** The folder of `postgres` and `initdb`; undefined if they are not installed. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  const newest = versions.map(Number).sort((one, other) => other - one)
  const folders = newest.map((version) => join(DEBIAN, `${version}`, 'bin'))
  const onPath = which('initdb')
  if (onPath !== undefined) folders.push(dirname(realpathSync(onPath)))
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}
