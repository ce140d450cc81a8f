/** Lines that join from a terminal. Each is one line and needs no installation. */
import type { Address } from '../address.ts'

export type Way = { name: string; line: string }
type Tcp = Address['tcp']

export function waysTo({ tcp: { host, port, tls }, udp }: Address): Way[] {
  const secure = [
    { name: 'ncat (TLS)', line: `ncat --ssl ${host} ${port}` },
    { name: 'OpenSSL', line: `openssl s_client -quiet -connect ${at(host)}:${port}` },
  ]
  if (tls === 'only') return secure
  const byUdp = udp === undefined ? [] : [{ name: 'nc (UDP)', line: `nc -u ${host} ${udp}` }]
  return [...plainWays(host, port), ...byUdp, ...(tls === 'also' ? secure : [])]
}

/** The one that fits beside others. */
export function shortestLine({ host, port, tls }: Tcp): string {
  return `${tls === 'only' ? 'ncat --ssl' : 'nc'} ${host} ${port}`
}

function at(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function plainWays(host: string, port: number): Way[] {
  return [
    { name: 'nc', line: `nc ${host} ${port}` },
    { name: 'telnet', line: `telnet ${host} ${port}` },
    {
      name: 'PowerShell',
      line: `$c=[Net.Sockets.TcpClient]::new('${host}',${port});$s=$c.GetStream();$r=[IO.StreamReader]::new($s);$w=[IO.StreamWriter]::new($s);$w.AutoFlush=$true;$t=$r.ReadLineAsync();while($true){if($t.IsCompleted){if($null -eq $t.Result){break};$t.Result;$t=$r.ReadLineAsync()}elseif([Console]::KeyAvailable){$w.WriteLine([Console]::ReadLine())}else{Start-Sleep -Milliseconds 50}}`,
    },
  ]
}
