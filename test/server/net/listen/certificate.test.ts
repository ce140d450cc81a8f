import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  coveredName,
  ownNames,
  readPair,
  weaknesses,
} from '../../../../server/net/listen/certificate.ts'
import { certificate, openssl } from '../../../support/certificate.ts'
import { testFolder } from '../../../support/folder.ts'

const DAY_MS = 86_400_000

describe.skipIf(!openssl)('a certificate', () => {
  it('that fits its key, its hosts and the time has no weakness', async () => {
    const pair = await readPair(certificate())
    expect(weaknesses(pair, ['127.0.0.1'], Date.now())).toEqual([])
    expect(weaknesses(pair, ['10.0.0.1', 'localhost'], Date.now())).toEqual([])
  })

  it('is reported before it expires, and when it has', async () => {
    const pair = await readPair(certificate())
    const at = (days: number) => weaknesses(pair, ['localhost'], Date.now() + days * DAY_MS)
    expect(at(15)).toEqual([])
    expect(at(20)).toEqual([
      expect.stringMatching(/^The certificate expires on \d.*Z\. Renew it\.$/),
    ])
    expect(at(31)).toEqual([expect.stringMatching(/^The certificate has expired: .*Z\.$/)])
    expect(at(-1)).toEqual([expect.stringContaining('when it becomes valid')])
  })

  it('that names another host is reported; the common name does not count', async () => {
    const pair = await readPair(certificate({ names: 'DNS:*.example.org,DNS:chat.example' }))
    expect(weaknesses(pair, ['10.0.0.1', 'other'], Date.now())).toEqual([
      expect.stringMatching(
        /^The certificate is for \*\.example\.org, chat\.example, and not for 10\.0\.0\.1, other: /,
      ),
    ])
    expect(weaknesses(pair, ['a.example.org'], Date.now())).toEqual([])
    expect(coveredName(pair, ['10.0.0.1', 'chat.example'])).toBe('chat.example')
    expect(coveredName(pair, ['10.0.0.1'])).toBeUndefined()
  })

  it('that cannot be used is refused in one sentence that names the file', async () => {
    const [one, other, folder] = [certificate(), certificate(), testFolder()]
    const text = join(folder, 'text.pem')
    writeFileSync(text, 'no certificate')
    const fault = (cert: string, key: string) =>
      readPair({ cert, key }).then(
        () => '',
        ({ message }) => message,
      )
    expect(await fault(one.cert, other.key)).toBe(
      `--tls-key ${other.key} is not the key of the certificate in ${one.cert}.`,
    )
    expect(await fault(text, one.key)).toBe(`--tls-cert ${text} has no certificate in PEM format.`)
    expect(await fault(one.cert, text)).toBe(
      `--tls-key ${text} has no private key in PEM format, or one with a passphrase.`,
    )
    expect(await fault(one.cert, join(folder, 'none'))).toBe(
      `--tls-key ${join(folder, 'none')} does not exist.`,
    )
  })
})

it('the names of a server are its address, those that are allowed, and localhost', () => {
  expect(ownNames('127.0.0.1', ['chat.example'])).toEqual([
    '127.0.0.1',
    'chat.example',
    'localhost',
  ])
  expect(ownNames('10.0.0.1', [])).toEqual(['10.0.0.1'])
})
