/** `oneroom restart`: asks the server of a data folder to restart, and waits until it has. */
import { setTimeout as pause } from 'node:timers/promises'
import { isInUse } from '../log/sqlite/folder.ts'
import { useRules } from '../log/sqlite/rules.ts'
import { PROCESS_RULE, type ServerProcess } from '../serving.ts'

/** Time between two looks, in ms, and the time after which the command looks no more. */
const LOOK_MS = 100
const GIVE_UP_MS = 90_000

/** Resolves to the process of the server after the restart, or to the reason why there is none. */
export async function restartServer(folder: string): Promise<{ pid: number } | { fault: string }> {
  const before = await useRules(folder, ({ read, write }) => {
    const server = read(PROCESS_RULE) as ServerProcess | undefined
    // An earlier fault is not the answer.
    if (server?.fault !== undefined) write({ key: PROCESS_RULE, value: { pid: server.pid } })
    return server
  })
  if (before === undefined || !isInUse(folder)) return { fault: `No server uses ${folder} now.` }
  try {
    process.kill(before.pid, 'SIGUSR2')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { fault: `The process ${before.pid} of the server cannot be signalled: ${code}.` }
  }
  const end = Date.now() + GIVE_UP_MS
  while (Date.now() < end) {
    await pause(LOOK_MS)
    const now = await useRules(folder, ({ read }) => read(PROCESS_RULE) as ServerProcess)
    if (now.pid !== before.pid) return { pid: now.pid }
    if (now.fault !== undefined) return { fault: `The server goes on as it was: ${now.fault}` }
  }
  return { fault: 'The server has not restarted yet; its log says more.' }
}
