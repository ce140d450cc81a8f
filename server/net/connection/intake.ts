/**
 * The intake: takes what a connection has received, no faster than flood control, the
 * unsent replies and the log allow. While it waits, the transport is paused, and TCP slows
 * the client down. It drops nothing, unless it is stopped.
 *
 * MUST process one step at a time, in order.
 */
import { LINE_HELLO } from '../../../shared/dialect/typed.ts'
import type { Clock } from '../../room/clock.ts'
import type { Bucket } from '../../room/rate.ts'
import type { Arrived, Input } from './input.ts'
import type { Transport } from './transport.ts'

export type IntakeOptions = {
  input: Input
  transport: Pick<Transport, 'listen' | 'pause'>
  clock: Clock
  flood: Pick<Bucket, 'take'>
  /** Processes one step. Until a returned promise resolves, no other step is taken. */
  process: (arrived: Arrived) => Promise<void> | void
  /** Resolves when there is room for replies; undefined if there is room now. */
  roomForReplies: () => Promise<void> | undefined
  /** Receives what `process` has thrown. The intake is stopped then. */
  onError: (error: unknown) => void
}

export class Intake {
  readonly #options: IntakeOptions
  #state: 'idle' | 'processing' | 'waiting' | 'draining' | 'stopped' = 'idle'
  /** Resolves when the step under way is processed. */
  #underWay: Promise<void> | void = undefined
  #cancelWait: (() => void) | undefined
  #drainPace: 'flood' | 'unlimited' = 'unlimited'
  #drained: Promise<void> | undefined
  #endPause: (() => void) | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Whether nothing more is taken, so that received bytes need not be kept. */
  get isStopped(): boolean {
    return this.#state === 'stopped' || this.#state === 'draining'
  }

  get isDraining(): boolean {
    return this.#state === 'draining'
  }

  /** Takes everything that can be taken now. MUST be called when something was received. */
  pump(): void {
    if (this.#state !== 'idle') return
    this.#state = 'processing'
    try {
      this.#takeAll()
    } catch (error) {
      this.#fail(error)
    }
  }

  #takeAll(): void {
    const { input, transport, clock, flood, process, roomForReplies } = this.#options
    for (;;) {
      const arrived = input.next()
      if (arrived === undefined) break
      this.#underWay = process(arrived)
      const ms = isFromClient(arrived) ? flood.take(clock.monotonic()) : 0
      if (this.isStopped) return
      if (this.#underWay === undefined && ms === 0 && roomForReplies() === undefined) continue
      this.#state = 'waiting'
      transport.pause()
      this.#wait(this.#underWay, ms).catch((error) => this.#fail(error))
      return
    }
    this.#state = 'idle'
    transport.listen()
  }

  async #wait(underWay: Promise<void> | void, ms: number): Promise<void> {
    await underWay
    await this.#options.roomForReplies()
    if (this.#state !== 'waiting') return
    if (ms > 0) {
      await new Promise<void>((resolve) => {
        this.#cancelWait = this.#options.clock.after(ms, resolve)
      })
      this.#cancelWait = undefined
      if (this.#state !== 'waiting') return
    }
    this.#state = 'idle'
    this.pump()
  }

  /** Takes nothing more, and leaves no timer. */
  stop(): void {
    this.#state = 'stopped'
    this.#cancelWait?.()
    this.#endPause?.()
  }

  /**
   * Processes everything that was received, and then is stopped. `pace`: `flood` at the rate of
   * flood control, `unlimited` as fast as possible; a second call can change it to `unlimited`.
   */
  drain(pace: 'flood' | 'unlimited'): Promise<void> | undefined {
    if (this.#state === 'stopped') return this.#drained
    if (this.#state !== 'draining' || pace === 'unlimited') this.#drainPace = pace
    if (pace === 'unlimited') this.#endPause?.()
    if (this.#state !== 'draining') {
      this.#state = 'draining'
      this.#cancelWait?.()
      this.#drained = this.#drainAll().catch((error) => this.#fail(error))
    }
    return this.#drained
  }

  async #drainAll(): Promise<void> {
    await this.#underWay
    const { input, clock, flood, process } = this.#options
    input.flush?.()
    while (this.#state === 'draining') {
      const arrived = input.next()
      if (arrived === undefined || arrived.type === 'end') break
      await process(arrived)
      const ms = isFromClient(arrived) ? flood.take(clock.monotonic()) : 0
      if (ms > 0 && this.#drainPace === 'flood') await this.#pause(ms)
    }
    this.#state = 'stopped'
  }

  /** Resolves after `ms` milliseconds, or when `#endPause` is called. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
    this.#endPause = undefined
  }

  #fail(error: unknown): void {
    this.#state = 'stopped'
    this.#options.onError(error)
  }
}

/** The dialect, the style and the first hello are added by the server: they do not count. */
function isFromClient(arrived: Arrived): boolean {
  return arrived !== LINE_HELLO && !['dialect', 'style', 'end'].includes(arrived.type)
}
