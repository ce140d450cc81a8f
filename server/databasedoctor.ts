/** `oneroom doctor` of a database: whether the servers can use it, and what it promises. */
import { addressesOfMachine, described, type Finding, fine, size, weak } from './doctor.ts'
import { type DatabaseFacts, examine } from './log/postgres/examine.ts'
import type { RoomCode } from './room/doors/code.ts'
import { CODE_RULE } from './room/doors/doors.ts'
import { SERVING_RULE, type Serving } from './serving.ts'

/** Rejects with a LogUnusable. MUST NOT show the URL, nor the room code: it is not of this machine alone. */
export async function diagnoseDatabase(url: string, now: number): Promise<Finding[]> {
  const facts = await examine(url, { serving: SERVING_RULE, code: CODE_RULE })
  return [...findingsOn(facts), ...serversOn(facts, now)]
}

/** About the database itself. */
export function findingsOn(facts: DatabaseFacts): Finding[] {
  const { place, schema, version, fault, logBytes, isReadable } = facts
  const findings = [fine(`The database ${place} can be reached. It is PostgreSQL ${version}.`)]
  findings.push(
    fault === undefined
      ? fine(`The schema ${schema} has a log of this version, with ${size(logBytes)}.`)
      : weak(`It ${fault}. A server that starts makes a new schema, or upgrades an older one.`),
    sessions(facts),
    durability(facts),
  )
  if (isReadable) {
    findings.push(
      weak('The connection to it is not encrypted. Use ?sslmode=verify-full, or a VPN.'),
    )
  }
  return findings
}

function sessions({ locks, notifies }: DatabaseFacts): Finding {
  if (locks && notifies) return fine('Locks and notifications reach from one session to another.')
  const broken = locks ? 'Notifications do' : notifies ? 'Locks do' : 'Locks and notifications do'
  return weak(
    `${broken} not work over several sessions, as behind pgbouncer in transaction mode. Connect the servers to PostgreSQL itself.`,
  )
}

/** What is acknowledged, and what a fault can lose. */
function durability({ settings, standbys }: DatabaseFacts): Finding {
  const { synchronous_standby_names: names, synchronous_commit: commit, fsync } = settings
  if (fsync === 'off') {
    return weak('fsync is off: if its machine fails, the log can be destroyed. Set it to on.')
  }
  if (names === '') {
    return fine(
      'A message is acknowledged when this database has it on its disk. There is no synchronous standby (synchronous_standby_names): without the disk, what came after the backup is lost.',
    )
  }
  if (commit === 'local') {
    return weak(
      'synchronous_commit is local, so no message waits for the synchronous standby. Set it to on.',
    )
  }
  if (standbys === 0) {
    return weak(
      'No synchronous standby is connected: no message can be recorded until one is. Have two, with ANY 1 (…) in synchronous_standby_names.',
    )
  }
  const connected = standbys === undefined ? '' : `; ${standbys} connected`
  return fine(
    `A message is acknowledged when a synchronous standby has it, too (${names}${connected}).`,
  )
}

function serversOn({ nodes, rules }: DatabaseFacts, now: number): Finding[] {
  const { length } = nodes
  const running =
    length === 0
      ? weak('No server uses it now.')
      : fine(
          `${length === 1 ? 'One server uses' : `${length} servers use`} it: ${nodes.join(', ')}.`,
        )
  if (rules.serving === undefined) return [running]
  const serving = rules.serving as Serving
  return [
    running,
    fine(`What follows is about the server that was started last, at ${serving.startedAt}.`),
    ...described({
      serving,
      hosts: (rules.hosts as { name: string }[]).map(({ name }) => name),
      code: rules.code as RoomCode | undefined,
      hidesCode: true,
      addresses: addressesOfMachine(),
      now,
    }),
  ]
}
