/** The two ends of a connection: their addresses, their calls, and what the kernel knows of them. */
import { useSignal } from '@preact/signals'
import type { Kernel, Station } from '../../shared/wire.ts'
import { more } from '../language/more.ts'
import { type CallName, callOf, callsOf } from './calls.ts'
import type { WireFeed } from './feed.ts'

const EXPLAINED = 'explained-call'

export function Ends({ station, feed }: { station: Station; feed: WireFeed }) {
  const open = useSignal<string | null>(null)
  const kernel = feed.kernel.value
  const { client, server } = callsOf(station.via)
  const ends = [
    { side: 'client', title: more.wireClient, address: station.remote, calls: client },
    { side: 'server', title: more.wireServer, address: station.local, calls: server },
  ] as const
  const all = ends.flatMap(({ side, calls }) =>
    calls.map((call) => ({ ...call, key: callOf(side, call.name) })),
  )
  const explained = all.find(({ key }) => key === open.value)
  return (
    <>
      <div class="ends">
        {ends.map(({ side, title, address, calls }) => (
          <section key={side} class="end" aria-label={title}>
            <b>{title}</b> <code dir="ltr">{address}</code>
            <p class="calls" dir="ltr">
              {calls.map(({ name }) => (
                <CallButton
                  key={name}
                  call={callOf(side, name)}
                  name={name}
                  feed={feed}
                  open={open}
                />
              ))}
            </p>
            {kernel?.[side] && <KernelLine side={kernel[side]} />}
          </section>
        ))}
      </div>
      {explained && (
        <div class="explained" id={EXPLAINED}>
          <p>{more.wireCalls[explained.name]}</p>
          <pre dir="ltr">
            <code>{`Python  ${explained.python}\nC       ${explained.c}`}</code>
          </pre>
        </div>
      )}
    </>
  )
}

type ButtonProps = {
  call: string
  name: CallName
  feed: WireFeed
  open: { value: string | null }
}

function CallButton({ call, name, feed: { calls, kernel }, open }: ButtonProps) {
  // That the client reads what the server writes is a guess, which its kernel may contradict.
  const isUnread = call === 'client recv' && (kernel.value?.client?.recvQ ?? 0) > 0
  const count = isUnread ? 0 : (calls.made.value[call] ?? 0)
  const done = count > 0 ? 'done' : ''
  const look = calls.now.value.has(call) && !isUnread ? 'now done' : done
  const isOpen = open.value === call
  return (
    <button
      type="button"
      class={look}
      aria-expanded={isOpen}
      aria-controls={isOpen ? EXPLAINED : undefined}
      onClick={() => {
        open.value = isOpen ? null : call
      }}
    >
      {name}
      {count > 1 && ` ${count}`}
    </button>
  )
}

function KernelLine({ side }: { side: NonNullable<Kernel['client']> }) {
  const { state, recvQ, sendQ, rttMs, cwnd, retransmits } = side
  const facts = [
    state,
    `recv-q ${recvQ}`,
    `send-q ${sendQ}`,
    ...(rttMs === undefined ? [] : [`rtt ${rttMs} ms`]),
    ...(cwnd === undefined ? [] : [`cwnd ${cwnd}`]),
    `retrans ${retransmits}`,
  ]
  return (
    <p class="note" dir="ltr">
      {more.wireKernel} {facts.join(' · ')}
    </p>
  )
}
