/**
 * Listens to the datagrams of one address. In the fault lab it drops every second one, or delays each by
 * itself, so that they overtake each other, as in a network.
 */
import type { LabFault } from '../../shared/wire.ts'
import type { Datagrams } from '../net/connection/datagrams.ts'
import type { Clock } from '../room/clock.ts'
import type { Heard, Tapped } from './carrier.ts'
import { delayMs } from './lane.ts'

/** Bytes that are delayed in one direction. Above, a datagram is dropped. */
const MOST_DELAYED = 65_536

/** `count`: since the fault began. `delayed`: what lets each go on, and what cancels that. */
type Way = {
  type: 'read' | 'write'
  count: number
  delayed: Map<() => void, () => void>
  bytes: number
}

export function listenToDatagrams(
  datagrams: Datagrams,
  clock: Clock,
  hear: (heard: Heard) => void,
): Tapped {
  let fault: LabFault | undefined
  const ways = (['read', 'write'] as const).map((type): Way => {
    return { type, count: 0, delayed: new Map(), bytes: 0 }
  })
  const [received, sent] = ways as [Way, Way]

  function take(way: Way, bytes: Buffer, go: () => void): void {
    const pass = (): void => {
      hear(way.type === 'read' ? { type: 'read', bytes } : { type: 'write', pieces: [bytes] })
      go()
    }
    way.count += 1
    const isFull = way.bytes + bytes.length > MOST_DELAYED
    if (fault === 'drop' ? way.count % 2 === 0 : fault === 'delay' && isFull) {
      const from = way.type === 'read' ? 'from the client' : 'from the server'
      hear({ type: 'fault', text: `dropped: a datagram of ${bytes.length} bytes ${from}` })
    } else if (fault === 'delay') delay(way, bytes.length, pass)
    else pass()
  }
  function delay(way: Way, size: number, pass: () => void): void {
    way.bytes += size
    const go = (): void => {
      way.delayed.delete(go)
      way.bytes -= size
      pass()
    }
    way.delayed.set(go, clock.after(delayMs(), go))
  }
  function endDelays(isLost: boolean): void {
    for (const { delayed } of ways) {
      for (const [go, cancel] of [...delayed]) {
        cancel()
        if (!isLost) go()
      }
      delayed.clear()
    }
  }
  function stop(): void {
    endDelays(false)
    datagrams.tap = undefined
  }
  datagrams.tap = {
    received: (datagram, go) => take(received, datagram, go),
    sent: (datagram, go) => take(sent, datagram, go),
    closed: () => {
      endDelays(true)
      hear({ type: 'closed' })
      datagrams.tap = undefined
    },
  }
  return {
    stop,
    lab: (next) => {
      fault = next
      for (const way of ways) way.count = 0
      if (next !== 'delay') endDelays(false)
    },
  }
}
