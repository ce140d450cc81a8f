/**
 * Hooks: programs that the operator has given a token of their own (`oneroom hook`). A hook may say
 * something over HTTP, under its name, and nothing else.
 *
 * MUST look at the stored hook for each request, since `oneroom hook` changes it while the server
 * runs. A token is stored as it is, not hashed: it is also the key of signatures (RFC 2104), and the
 * store has the keys of all people anyway.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Fault } from '../../../shared/errors.ts'
import { foldName } from '../../../shared/fold.ts'
import { nameSkeleton } from '../../../shared/names.ts'
import type { Registered, Store } from '../log.ts'
import { idOfName } from '../token.ts'
import type { Network } from './networks.ts'

/** `at`: when it was added, ISO 8601, UTC. */
export type Hook = { name: string; token: string; at: string }

/** Beginning of the keys of the rules that are hooks; the folded name follows. */
export const HOOK_PREFIX = 'hook '
/** Random bytes of a token. */
const SECRET_BYTES = 16
/** The folded name in base64url, and the random bytes. */
const TOKEN = /^hook_([\w-]{1,512})\.[\w-]{22}$/

export type HookCheck = { ok: true; hook: Hook } | { ok: false; fault: Fault }

export function hookKey(name: string): string {
  return HOOK_PREFIX + foldName(name)
}

/** `name`: accepted by `checkName`. `now`: ms since 1970. */
export function newHook(name: string, now: number): Hook {
  const named = Buffer.from(foldName(name)).toString('base64url')
  const token = `hook_${named}.${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { name, token, at: new Date(now).toISOString() }
}

/** Whether the text has the form of a token. */
export function isHookToken(text: string): boolean {
  return TOKEN.test(text)
}

export class Hooks {
  readonly #store: Pick<Store, 'ruleOf' | 'secret'>
  /** By the skeletons of their names: those that were stored at the start, and those used since. */
  readonly #known = new Map<string, Registered>()

  constructor(store: Pick<Store, 'ruleOf' | 'secret' | 'rules'>) {
    this.#store = store
    for (const { key, value } of store.rules) {
      if (key.startsWith(HOOK_PREFIX)) this.#note((value as Hook).name)
    }
  }

  /** The hook whose name has this skeleton: no other person can have the name. */
  of(skeleton: string): Registered | undefined {
    return this.#known.get(skeleton)
  }

  /** Id of the hook as the sender of its messages. */
  idOf({ name }: Hook): string {
    return idOfName(name, this.#store.secret)
  }

  /** The hook with this token. A wrong token counts against the network like a wrong room code. */
  async check(source: Network, token: string): Promise<HookCheck> {
    const [, named = ''] = TOKEN.exec(token) ?? []
    const name = Buffer.from(named, 'base64url').toString()
    return this.#find(source, name, (hook) => isSame(hook.token, token))
  }

  /**
   * The hook of that name, if its token is the key of the signature. `signature`: `sha256=` and the
   * HMAC of the body in hex, as GitHub sends it.
   */
  async checkSigned(
    source: Network,
    name: string,
    signature: string,
    body: Uint8Array,
  ): Promise<HookCheck> {
    return this.#find(source, name, ({ token }) => {
      const mac = createHmac('sha256', token).update(body).digest('hex')
      return isSame(`sha256=${mac}`, signature)
    })
  }

  async #find(source: Network, name: string, isRight: (hook: Hook) => boolean): Promise<HookCheck> {
    if (source.wait('codes') > 0) return { ok: false, fault: { code: 'too_fast' } }
    try {
      const hook = await this.#read(name)
      if (hook !== undefined && isRight(hook)) return { ok: true, hook }
    } catch {
      return { ok: false, fault: { code: 'log_unavailable' } }
    }
    source.take('codes')
    const message = 'That is not the token of a hook, or the hook was removed.'
    return { ok: false, fault: { code: 'code_wrong', message } }
  }

  async #read(name: string): Promise<Hook | undefined> {
    // No name has any, and PostgreSQL stores no NUL.
    if (/\p{Cc}/u.test(name)) return undefined
    const stored = await this.#store.ruleOf(hookKey(name))
    const hook = (stored ?? undefined) as Hook | undefined
    const skeleton = nameSkeleton(name)
    const known = this.#known.get(skeleton)
    if (hook !== undefined) this.#note(hook.name)
    // The name of another hook can look like this one.
    else if (foldName(known?.name ?? '') === foldName(name)) this.#known.delete(skeleton)
    return hook
  }

  #note(name: string): void {
    this.#known.set(nameSkeleton(name), { person: idOfName(name, this.#store.secret), name })
  }
}

/** Takes the same time for all texts. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
