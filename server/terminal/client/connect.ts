/**
 * `oneroom connect`: an editor at a terminal, a pipe everywhere else.
 *
 * Exit codes: 0 success; 1 the connection was refused or lost, or a message may not have
 * been sent; 2 wrong arguments.
 */
import { readFileSync } from 'node:fs'
import { readAddress, splitTarget } from '../../../shared/address.ts'
import { errors, type Fault } from '../../../shared/errors.ts'
import { checkName, checkRoomName } from '../../../shared/names.ts'
import { chat } from './chat.ts'
import { pipe } from './pipe.ts'
import type { Destination } from './tls.ts'

const DEFAULT_ADDRESS = '127.0.0.1:8080'
const DEFAULT_PORT = 8080

export type ConnectFlags = {
  name?: string
  code?: string
  tls?: boolean
  /** Path of a file of certificates in PEM format; means `tls`, too. */
  ca?: string
  json?: boolean
  color?: 'auto' | 'always' | 'never'
}

/** `complain`: reports a problem to the person who started the command. Resolves with the exit code. */
export async function connect(
  given: string,
  flags: ConnectFlags,
  complain: (sentence: string) => void,
): Promise<number> {
  if (/^https?:\/\//iu.test(given)) {
    complain(
      `${given} is the address of a page. Use the address for nc. Example: ${DEFAULT_ADDRESS}.`,
    )
    return 2
  }
  const target = splitTarget(given)
  const address = readAddress(target.address, DEFAULT_PORT)
  const room = target.room === undefined ? undefined : checkRoomName(target.room)
  const name = flags.name === undefined ? undefined : checkName(flags.name)
  if (address === undefined)
    complain(`${JSON.stringify(target.address)} is not an address. Example: ${DEFAULT_ADDRESS}.`)
  if (room?.ok === false)
    complain(`${JSON.stringify(target.room)} is not a room. ${faultText(room.fault)}`)
  if (name?.ok === false) complain(faultText(name.fault))
  const ca = flags.ca === undefined ? undefined : readCa(flags.ca)
  if (ca !== undefined && 'fault' in ca) complain(ca.fault)
  if (address === undefined || room?.ok === false || name?.ok === false) return 2
  if (ca !== undefined && 'fault' in ca) return 2
  const tls = flags.tls || ca !== undefined ? { ca: ca?.text } : undefined
  return start(
    { address: { ...address, tls }, room: room?.name, name: name?.name },
    flags,
    complain,
  )
}

function readCa(path: string): { text: string } | { fault: string } {
  try {
    return { text: readFileSync(path, 'utf8') }
  } catch (error) {
    return { fault: `--ca ${path} cannot be read: ${(error as Error).message}.` }
  }
}

function faultText({ code, message }: Fault): string {
  return message ?? errors[code].text
}

function start(
  who: { address: Destination; room: string | undefined; name: string | undefined },
  { code, json = false, color = 'auto' }: ConnectFlags,
  complain: (sentence: string) => void,
): Promise<number> {
  const { stdin: input, stdout: output } = process
  // hasColors() reads NO_COLOR, FORCE_COLOR and TERM.
  const colours = color === 'auto' ? output.isTTY && output.hasColors(256) : color === 'always'
  const canEdit = input.isTTY && output.isTTY && process.env.TERM !== 'dumb'
  return canEdit && !json
    ? chat({ ...who, code, colours, input, output })
    : pipe({ ...who, code, json, colours, input, output, complain })
}
