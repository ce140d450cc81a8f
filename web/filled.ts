/** A program of `docs/examples` with the values of this server. */

/** The program with these values instead of its own. */
export function filled(source: string, host: string, port: number, code: string | null): string {
  return source
    .replace('127.0.0.1', () => inString(host))
    .replace('8080', String(port))
    .replace(/(CODE(?: =)? (["']))\2/, (_, start: string, quote: string) => {
      return start + inString(code ?? '') + quote
    })
}

/** In all of these languages, a backslash stands before what would end a string. */
function inString(text: string): string {
  return text.replace(/[\\"']/g, '\\$&')
}
