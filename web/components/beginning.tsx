/** The wall before the first message: how to begin. How to share the server is beside it. */
import { address } from '../address.ts'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'
import { pageAddresses } from '../share.ts'
import { spoken } from './beside.tsx'
import { shortestLine } from './ways.ts'

export function Beginning() {
  const [best] = pageAddresses() ?? []
  const tcp = address.value?.tcp
  const code = knownCode()
  return (
    <section class="begin" aria-labelledby="begin-title">
      <h2 id="begin-title">{more.beginTitle}</h2>
      {best === undefined ? (
        <p>{more.beginWrite}</p>
      ) : (
        <ol>
          <li>
            {more.beginOpen} <strong dir="ltr">{spoken(best)}</strong>
          </li>
          {tcp && (
            <li>
              {more.beginTerminal} <code dir="ltr">{shortestLine(tcp)}</code>
            </li>
          )}
          {code && (
            <li>
              {more.beginCode} <code dir="ltr">{code}</code>
            </li>
          )}
          <li>{more.beginWrite}</li>
        </ol>
      )}
    </section>
  )
}
