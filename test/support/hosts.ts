/** Hosts in tests: the key of the gateway, and a client that has used it. */
import { type PageClient, pageClient } from './page.ts'

export const HOST_KEY = 'open-sesame'

/** A host over a WebSocket, on a gateway that was started with HOST_KEY. */
export async function hostClient(
  webUrl: string,
  name = 'Hana',
  hello: { code?: string } = {},
): Promise<PageClient> {
  const client = await pageClient(webUrl)
  await client.hello({ ...hello, name })
  client.send({ type: 'host', key: HOST_KEY })
  await client.until('is a host now')
  return client
}
