/**
 * `oneroom connect`: an editor at a terminal, a pipe everywhere else.
 *
 * Exit codes: 0 success; 1 the connection was refused or lost, or a message may not have
 * been sent; 2 wrong arguments.
 */
import { type Address, readAddress } from '../../../shared/address.ts'
import { errors } from '../../../shared/errors.ts'
import { checkName } from '../../../shared/names.ts'
import { chat } from './chat.ts'
import { pipe } from './pipe.ts'

const DEFAULT_ADDRESS = '127.0.0.1:8080'
const DEFAULT_PORT = 8080

export type ConnectFlags = { name?: string; json?: boolean; color?: 'auto' | 'always' | 'never' }

/** `complain`: reports a problem to the person who started the command. Resolves with the exit code. */
export async function connect(
  given: string,
  flags: ConnectFlags,
  complain: (sentence: string) => void,
): Promise<number> {
  const address = readAddress(given, DEFAULT_PORT)
  const checked = flags.name === undefined ? undefined : checkName(flags.name)
  if (address === undefined)
    complain(`${JSON.stringify(given)} is not an address. Example: ${DEFAULT_ADDRESS}.`)
  if (checked?.ok === false) complain(checked.fault.message ?? errors.name_invalid.text)
  if (address === undefined || checked?.ok === false) return 2
  return start(address, checked?.name, flags, complain)
}

function start(
  address: Address,
  name: string | undefined,
  { json = false, color = 'auto' }: ConnectFlags,
  complain: (sentence: string) => void,
): Promise<number> {
  const { stdin: input, stdout: output } = process
  // hasColors() reads NO_COLOR, FORCE_COLOR and TERM.
  const colours = color === 'auto' ? output.isTTY && output.hasColors(256) : color === 'always'
  const canEdit = input.isTTY && output.isTTY && process.env.TERM !== 'dumb'
  return canEdit && !json
    ? chat({ address, name, colours, input, output })
    : pipe({ address, name, json, colours, input, output, complain })
}
