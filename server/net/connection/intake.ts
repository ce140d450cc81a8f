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
  /** Whether the step that was processed last is only a part of a message, which counts once. */
  isPart: () => boolean
  /** Resolves when there is room for replies; undefined if there is room now. */
  roomForReplies: () => Promise<void> | undefined
  /**
   * A message was taken at `now`. `ms`: the time until flood control lets the next one be taken; 0: now.
   * `idleMs`: the time since flood control let this one be taken.
   */
  onPace?: (ms: number, now: number, idleMs: number) => void
  /** Receives what `process` has thrown. The intake is stopped then. */
  onError: (error: unknown) => void
}

export class Intake {
  readonly #options: IntakeOptions
  #state: 'idle' | 'processing' | 'waiting' | 'held' | 'draining' | 'stopped' = 'idle'
  /** Resolves when the step under way is processed. */
  #underWay: Promise<void> | void = undefined
  #cancelWait: (() => void) | undefined
  /** When the latest wait for flood control ended, on the monotonic clock. */
  #readyAt = -Infinity
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
    const { input, transport, process, roomForReplies } = this.#options
    for (;;) {
      const arrived = input.next()
      if (arrived === undefined) break
      this.#underWay = process(arrived)
      const ms = this.#count(arrived)
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

  /** How long, in ms, to wait after this step. */
  #count(arrived: Arrived): number {
    const { clock, flood, isPart, onPace } = this.#options
    if (!isFromClient(arrived) || isPart()) return 0
    const now = clock.monotonic()
    const ms = flood.take(now)
    if (!this.isStopped) onPace?.(ms, now, now - this.#readyAt)
    return ms
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
      this.#readyAt = this.#options.clock.monotonic()
    }
    this.#state = 'idle'
    this.pump()
  }

  /** Takes nothing more until it drains. Resolves when the step under way is processed. */
  async hold(): Promise<void> {
    if (this.isStopped) return
    this.#state = 'held'
    this.#cancelWait?.()
    this.#options.transport.pause()
    // A step that fails ends the connection; see #wait.
    await Promise.allSettled([this.#underWay])
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
    const { input, process } = this.#options
    input.flush?.()
    while (this.#state === 'draining') {
      const arrived = input.next()
      if (arrived === undefined || arrived.type === 'end') break
      await process(arrived)
      const ms = this.#count(arrived)
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
  return arrived !== LINE_HELLO && !['dialect', 'style', 'end', 'go_on'].includes(arrived.type)
}
