/** Certificates that sign themselves, made by openssl. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from './folder.ts'
import { need } from './installed.ts'

/** undefined: the tests that need a certificate are to be skipped. */
export const openssl = need('openssl')

export type Files = { cert: string; key: string }

/** `names`: as in a subjectAltName. `isExpired`: since the year 2020. */
export function certificate({
  names = 'DNS:localhost,IP:127.0.0.1',
  isExpired = false,
  folder = testFolder(),
} = {}): Files {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const made = ['-nodes', '-keyout', files.key, '-subj', '/CN=other']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...made]
  if (!isExpired) {
    run('req', '-x509', ...key, '-out', files.cert, '-addext', `subjectAltName=${names}`)
    return files
  }
  // Only an authority can choose a time in the past.
  const at = (name: string) => join(folder, name)
  writeFileSync(at('index'), '')
  writeFileSync(
    at('ca.cnf'),
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${at('index')}\nnew_certs_dir=${folder}\nrand_serial=yes
default_md=sha256\npolicy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=${names}\n`,
  )
  run('req', ...key, '-out', at('request'))
  const dates = ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z']
  const how = ['-config', at('ca.cnf'), '-keyfile', files.key, '-in', at('request'), ...dates]
  run('ca', '-selfsign', '-batch', '-notext', ...how, '-out', files.cert)
  return files
}

function run(...args: string[]): void {
  const { status, stderr } = spawnSync(openssl as string, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`)
}
