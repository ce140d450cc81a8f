/** Headers of the PROXY protocol, as proxies send them. */
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Version 1. */
export function proxyLine(address: string, port = 4711): string {
  const family = address.includes(':') ? 'TCP6' : 'TCP4'
  return `PROXY ${family} ${address} ${address} ${port} 8080\r\n`
}

/** Version 2. `addresses`: two addresses, two ports, and what else a proxy adds. */
export function proxyBinary(command: number, family: number, addresses: readonly number[]): Buffer {
  const { length } = addresses
  const fixed = Buffer.from([command, family, length >> 8, length & 0xff])
  return Buffer.concat([SIGNATURE, fixed, Buffer.from(addresses)])
}

/** A client at 203.0.113.9:4711. */
export const PROXIED = proxyBinary(0x21, 0x11, [203, 0, 113, 9, 127, 0, 0, 1, 0x12, 0x67, 31, 144])
/** A health check of version 2. */
export const LOCAL = proxyBinary(0x20, 0, [])
