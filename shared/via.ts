/** The words for how a person is connected. */

const words: Readonly<Record<string, string>> = {
  tcp: 'terminal',
  json: 'program',
  http: 'program',
}

/** `via`: as in `Person`. Kinds that later servers have are their own words. */
export function viaWord(via: string): string {
  return words[via] ?? via
}
