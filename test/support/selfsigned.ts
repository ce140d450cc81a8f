/** A certificate that the test signs itself. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes `cert`, `key`, and `both` in one file, in the folder. `openssl`: path of the program. */
export function selfSigned(
  openssl: string,
  folder: string,
): { cert: string; key: string; both: string } {
  const [cert, key, both] = ['cert.pem', 'key.pem', 'both.pem'].map((name) => join(folder, name))
  const paths = { cert, key, both } as { cert: string; key: string; both: string }
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const files = ['-keyout', paths.key, '-out', paths.cert, '-subj', '/CN=chat.example']
  const { status, stderr } = spawnSync(openssl, ['req', '-x509', ...kind, ...files])
  if (status !== 0) throw new Error(String(stderr))
  writeFileSync(paths.both, readFileSync(paths.cert, 'utf8') + readFileSync(paths.key, 'utf8'))
  return paths
}
