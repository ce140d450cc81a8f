/**
 * Transliteration to ASCII for /ascii on. The table has 1.2 MB, so it is loaded on first use.
 */
let transliterate: ((text: string) => string) | undefined

/** Loads the table. MUST be awaited before `inAscii` is called. */
export async function loadAscii(): Promise<void> {
  transliterate ??= (await import('any-ascii')).default
}

export function inAscii(text: string): string {
  if (transliterate === undefined) throw new Error('loadAscii() was not awaited')
  return transliterate(text)
}
