/** Runs one attack of `test/support/attacks.ts` against a server, from a process of its own. */
import { attacks } from '../../support/attacks.ts'

const [what = '', server = ''] = process.argv.slice(2)
await attacks[what]?.(JSON.parse(server))
process.exit()
