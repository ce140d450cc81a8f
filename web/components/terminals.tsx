/** Lines to copy that join from a terminal, and a QR code that joins with a phone. */
import { address } from '../address.ts'
import { addressedRoom } from '../addressed.ts'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'
import { inviting, pageAddresses } from '../share.ts'
import { LOBBY } from '../state.ts'
import { Alone } from './alone.tsx'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'
import { lazily } from './lazy.tsx'
import { Qr } from './qr.tsx'
import { type Way, waysTo } from './ways.ts'

const Starters = lazily(async () => (await import('./starters.tsx')).Starters)

export function Terminals({ onClose }: { onClose: () => void }) {
  const known = address.value
  const ways = known === null ? [] : waysTo(known)
  const pages = pageAddresses()
  const code = knownCode()
  const room = addressedRoom()
  return (
    <Dialog title={more.terminals} onClose={onClose}>
      <p>{more.terminalsLead}</p>
      {pages?.length === 0 && <Alone />}
      <dl class="ways">
        {ways.map(({ name, line }) => (
          <Line key={name} name={name} line={line} />
        ))}
        {code && <Line name={more.roomCode} line={code} />}
        {room !== LOBBY && <Line name={more.terminalsRoom} line={`/join ${room}`} />}
      </dl>
      {known && known.tcp.tls !== 'only' && <Starters address={known} />}
      <p>
        <a href="?view=wire">{more.wireLead}</a>
      </p>
      {pages?.[0] && <Phone pages={pages} />}
    </Dialog>
  )
}

/** The best address as a QR code, and all of them as links. */
function Phone({ pages: [best = '', ...others] }: { pages: string[] }) {
  return (
    <>
      <h3>{more.onPhone}</h3>
      <div class="phone">
        <Qr url={inviting(best)} />
        <p>
          <Link url={inviting(best)} />
          {others.length > 0 && <span class="note">{more.alsoAt}</span>}
          {others.map((at) => (
            <Link key={at} url={inviting(at)} />
          ))}
        </p>
      </div>
    </>
  )
}

function Link({ url }: { url: string }) {
  return (
    <a href={url} dir="ltr">
      {url}
    </a>
  )
}

function Line({ name, line }: Way) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code dir="ltr">{line}</code>
        <Copy text={line} name={name} />
      </dd>
    </div>
  )
}
