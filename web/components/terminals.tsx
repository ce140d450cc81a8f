/** Lines to copy that join from a terminal, and a QR code that joins with a phone. */
import { useSignal } from '@preact/signals'
import { type Address, address } from '../address.ts'
import { copyText } from '../clipboard.ts'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import { addressedRoom } from '../place.ts'
import { LOBBY } from '../state.ts'
import { Dialog } from './dialog.tsx'
import { invitingAddress, isLoopback, Qr } from './qr.tsx'

type Way = { name: string; line: string }

/** Each is one line and needs no installation. */
function waysTo({ host, port }: Address['tcp']): Way[] {
  return [
    { name: 'nc', line: `nc ${host} ${port}` },
    { name: 'telnet', line: `telnet ${host} ${port}` },
    {
      name: 'Python',
      line: `python3 -c "import socket,sys,threading as t;c=socket.create_connection(('${host}',${port}));t.Thread(target=lambda:[print(l,end='',flush=True)for l in c.makefile(encoding='utf-8')],daemon=True).start();[c.sendall(l.encode())for l in sys.stdin]"`,
    },
    {
      name: 'PowerShell',
      line: `$c=[Net.Sockets.TcpClient]::new('${host}',${port});$s=$c.GetStream();$r=[IO.StreamReader]::new($s);$w=[IO.StreamWriter]::new($s);$w.AutoFlush=$true;$t=$r.ReadLineAsync();while($true){if($t.IsCompleted){if($null -eq $t.Result){break};$t.Result;$t=$r.ReadLineAsync()}elseif([Console]::KeyAvailable){$w.WriteLine([Console]::ReadLine())}else{Start-Sleep -Milliseconds 50}}`,
    },
  ]
}

export function Terminals({ onClose }: { onClose: () => void }) {
  const ways = address.value === null ? [] : waysTo(address.value.tcp)
  const url = invitingAddress()
  const code = knownCode()
  const room = addressedRoom()
  return (
    <Dialog title={texts.terminals} onClose={onClose}>
      <p>{more.terminalsLead}</p>
      <dl class="ways">
        {ways.map(({ name, line }) => (
          <Line key={name} name={name} line={line} />
        ))}
        {code && <Line name={more.roomCode} line={code} />}
        {room !== LOBBY && <Line name={more.terminalsRoom} line={`/join ${room}`} />}
      </dl>
      <h3>{more.onPhone}</h3>
      <div class="phone">
        <Qr url={url} />
        <p>
          <a href={url} dir="ltr">
            {url}
          </a>
          {isLoopback() && <span class="note">{more.loopback}</span>}
        </p>
      </div>
    </Dialog>
  )
}

function Line({ name, line }: Way) {
  const copied = useSignal(false)
  async function copy() {
    copied.value = await copyText(line)
  }
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code dir="ltr">{line}</code>
        <button type="button" aria-label={`${more.copy}: ${name}`} onClick={copy}>
          {copied.value ? more.copied : more.copy}
        </button>
      </dd>
    </div>
  )
}
