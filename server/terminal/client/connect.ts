/**
 * `oneroom connect`: an editor at a terminal, a pipe everywhere else.
 *
 * Exit codes: 0 success; 1 the connection was refused or lost, or a message may not have
 * been sent; 2 wrong arguments.
 */
import { type Address, readAddress, splitTarget } from '../../../shared/address.ts'
import { errors, type Fault } from '../../../shared/errors.ts'
import { checkName, checkRoomName } from '../../../shared/names.ts'
import { chat } from './chat.ts'
import { pipe } from './pipe.ts'

const DEFAULT_ADDRESS = '127.0.0.1:8080'
const DEFAULT_PORT = 8080

export type ConnectFlags = {
  name?: string
  code?: string
  json?: boolean
  color?: 'auto' | 'always' | 'never'
}

/** `complain`: reports a problem to the person who started the command. Resolves with the exit code. */
export async function connect(
  given: string,
  flags: ConnectFlags,
  complain: (sentence: string) => void,
): Promise<number> {
  const target = splitTarget(given)
  const address = readAddress(target.address, DEFAULT_PORT)
  const room = target.room === undefined ? undefined : checkRoomName(target.room)
  const name = flags.name === undefined ? undefined : checkName(flags.name)
  if (address === undefined)
    complain(`${JSON.stringify(target.address)} is not an address. Example: ${DEFAULT_ADDRESS}.`)
  if (room?.ok === false)
    complain(`${JSON.stringify(target.room)} is not a room. ${faultText(room.fault)}`)
  if (name?.ok === false) complain(faultText(name.fault))
  if (address === undefined || room?.ok === false || name?.ok === false) return 2
  return start({ address, room: room?.name, name: name?.name }, flags, complain)
}

function faultText({ code, message }: Fault): string {
  return message ?? errors[code].text
}

function start(
  who: { address: Address; room: string | undefined; name: string | undefined },
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
