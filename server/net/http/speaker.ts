/**
 * Who speaks over HTTP: a hook with its token, or anybody who may come in.
 *
 * MUST decide before the body of the request is read, unless the body is signed. MUST NOT log a
 * token, which may be in the query.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../../shared/errors.ts'
import { type Hook, type HookCheck, isHookToken } from '../../room/doors/hooks.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { Rate } from '../../room/rate.ts'
import type { Rooms } from '../../room/rooms.ts'
import { networkOf } from '../addresses.ts'
import { bearerOf, needsCode } from './door.ts'
import { Rates } from './rates.ts'
import { refuse } from './status.ts'

/** Of one hook. The operator has added it, so a storm of alerts is let through. */
const HOOK_RATE: Rate = { perSecond: 10, burst: 200 }
/** The header in which GitHub signs a body. */
const SIGNATURE = 'x-hub-signature-256'

export class Speakers {
  readonly #rooms: Rooms
  readonly #checkCode: ReturnType<typeof needsCode>
  readonly #rates: Rates
  readonly #hookRates = new Rates(HOOK_RATE)
  /** The hooks whose tokens came with the requests. */
  readonly #hooks = new WeakMap<FastifyRequest, Hook>()

  /** `flood`: of each network. */
  constructor(rooms: Rooms, flood: Rate) {
    this.#rooms = rooms
    this.#checkCode = needsCode(rooms)
    this.#rates = new Rates(flood)
  }

  /** A hook for onRequest: refuses requests that are too fast, or whose sender may not come in. */
  readonly admit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = tokenOf(request)
    if (token !== undefined) {
      const checked = await this.#rooms.hooks.check(this.#sourceOf(request), token)
      this.#accept(request, reply, checked)
      return
    }
    const ms = this.#wait(request)
    if (ms > 0) {
      this.refuseForNow(reply, ms)
      return
    }
    if (signatureOf(request) === undefined) await this.#checkCode(request, reply)
  }

  /** Whether the token of a hook came with the request, and was right. */
  hasToken(request: FastifyRequest): boolean {
    return this.#hooks.has(request)
  }

  /**
   * The hook that sends the request; undefined if it is none, or the request was refused. A body that
   * is signed instead of a token in the request is checked here.
   */
  async hookOf(request: FastifyRequest, reply: FastifyReply): Promise<Hook | undefined> {
    const signed = tokenOf(request) === undefined ? signatureOf(request) : undefined
    if (signed !== undefined) {
      const { name, signature } = signed
      const source = this.#sourceOf(request)
      const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
      const { hooks } = this.#rooms
      this.#accept(request, reply, await hooks.checkSigned(source, name, signature, body))
    }
    return this.#hooks.get(request)
  }

  #accept(request: FastifyRequest, reply: FastifyReply, checked: HookCheck): void {
    if (!checked.ok) {
      this.#refuse(reply, checked.fault)
      return
    }
    const { hook } = checked
    const ms = this.#hookRates.take(hook.name, this.#rooms.clock.monotonic())
    if (ms > 0) this.refuseForNow(reply, ms)
    else this.#hooks.set(request, hook)
  }

  /** Counts the messages of a request beside its first. */
  count(request: FastifyRequest, more: number): void {
    const now = this.#rooms.clock.monotonic()
    const hook = this.#hooks.get(request)
    if (hook !== undefined) {
      this.#hookRates.count(hook.name, more, now)
      return
    }
    this.#rates.count(networkOf(request.ip), more, now)
    const source = this.#sourceOf(request)
    for (let left = more; left > 0; left -= 1) source.take('messages')
  }

  /** Counts the request, unless its network has to wait: returns for how long, in ms. */
  #wait(request: FastifyRequest): number {
    const own = this.#rates.take(networkOf(request.ip), this.#rooms.clock.monotonic())
    const source = this.#sourceOf(request)
    const ms = own > 0 ? own : source.wait('messages')
    if (ms === 0) source.take('messages')
    return ms
  }

  #sourceOf({ ip }: FastifyRequest): Network {
    return this.#rooms.doors.networks.of(ip)
  }

  refuseForNow(reply: FastifyReply, ms: number): FastifyReply {
    reply.header('Retry-After', Math.ceil(ms / 1000))
    return this.#refuse(reply, { code: 'too_fast' })
  }

  #refuse(reply: FastifyReply, fault: Fault): FastifyReply {
    if (fault.code === 'code_wrong') reply.header('WWW-Authenticate', 'Bearer')
    return refuse(reply.header('Cache-Control', 'no-store'), fault, this.#rooms)
  }
}

/** The token of a hook, right or wrong: `?token=`, or `Authorization: Bearer`. */
function tokenOf(request: FastifyRequest): string | undefined {
  const { token } = request.query as Record<string, unknown>
  if (token !== undefined) return String(token)
  const bearer = bearerOf(request)
  return bearer !== undefined && isHookToken(bearer) ? bearer : undefined
}

/** The name of the hook that has signed the body, as `?hook=` gives it, and the signature. */
function signatureOf(request: FastifyRequest): { name: string; signature: string } | undefined {
  const { hook } = request.query as Record<string, unknown>
  const signature = request.headers[SIGNATURE]
  if (typeof hook !== 'string') return undefined
  return { name: hook, signature: typeof signature === 'string' ? signature : '' }
}
