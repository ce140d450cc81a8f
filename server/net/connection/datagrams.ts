/** The datagrams of one address, for the wire view. */

/** Decides about each datagram: `go` lets it go on, at once or later, or never. */
export interface DatagramTap {
  received(datagram: Buffer, go: () => void): void
  sent(datagram: Buffer, go: () => void): void
  /** The member has left. */
  closed(): void
}

export interface Datagrams {
  /** Address and port of the server. */
  readonly local: string
  tap: DatagramTap | undefined
}
