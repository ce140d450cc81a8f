/**
 * The globals of Node and of every browser that `shared/` uses.
 * MUST be only that: server, web and tests bring their own declarations, and never
 * read this file.
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: Uint8Array, options?: { stream?: boolean }): string
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}

declare function atob(base64: string): string
