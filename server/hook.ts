/** `oneroom hook`: the programs that may say something over HTTP with a token of their own. */
import { checkName } from '../shared/names.ts'
import { useRules } from './log/rules.ts'
import { HOOK_PREFIX, type Hook, hookKey, newHook } from './room/doors/hooks.ts'
import { isReserved } from './room/roster.ts'

/** Most hooks of one log. */
const MAX_HOOKS = 100

export type HookOutcome = { lines: string[] } | { fault: string }

/** Prints the token, and nothing else. `data`: of the log. `now`: ms since 1970. Rejects as `useRules` does. */
export async function addHook(data: string, raw: string, now: number): Promise<HookOutcome> {
  const checked = checkName(raw)
  if (!checked.ok) return { fault: checked.fault.message ?? 'That name cannot be used.' }
  const { name } = checked
  if (isReserved(name)) return { fault: `${name} is a name of the server itself.` }
  return useRules(data, async ({ read, list, write }) => {
    const key = hookKey(name)
    const known = ((await read(key)) ?? undefined) as Hook | undefined
    if (known !== undefined) {
      return { fault: `There is a hook ${known.name} already. Remove it to make a new token.` }
    }
    if ((await list(HOOK_PREFIX)).length >= MAX_HOOKS) {
      return { fault: `There are ${MAX_HOOKS} hooks, which is the limit. Remove one first.` }
    }
    const hook = newHook(name, now)
    await write({ key, value: hook })
    return { lines: [hook.token] }
  })
}

/** A line for each hook, without its token. */
export async function listHooks(data: string): Promise<HookOutcome> {
  return useRules(data, async ({ list }) => {
    const hooks = (await list(HOOK_PREFIX)) as Hook[]
    hooks.sort((one, other) => (one.name < other.name ? -1 : 1))
    return { lines: hooks.map(({ name, at }) => `${name} (added at ${at})`) }
  })
}

/** The token is worth nothing from the next request on. */
export async function removeHook(data: string, name: string): Promise<HookOutcome> {
  return useRules(data, async ({ read, write }) => {
    const key = hookKey(name)
    const known = ((await read(key)) ?? undefined) as Hook | undefined
    if (known === undefined) return { fault: `There is no hook ${name}.` }
    await write({ key, value: null })
    return { lines: [`Removed ${known.name}.`] }
  })
}
