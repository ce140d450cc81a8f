/**
 * The words that the page is written in: one file for each language, chosen by the
 * browser. English comes with the page, any other is fetched before the first drawing.
 *
 * `texts` MUST be read when something is drawn, and not while modules load.
 */
import { english, type Texts } from './language/english.ts'

const others: Record<string, () => Promise<Texts>> = {
  fa: async () => (await import('./language/persian.ts')).persian,
}

export let texts: Texts = english

/** Takes the first of the reader's languages that there is; a failed fetch leaves English. */
export async function chooseLanguage(wanted: readonly string[]): Promise<void> {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? ''
    if (language === english.tag) break
    const load = others[language]
    if (load === undefined) continue
    texts = await load().catch(() => english)
    break
  }
  document.documentElement.lang = texts.tag
  document.documentElement.dir = texts.direction
}

/** What a code of the error table means; `text` is what the server says about it. */
export function errorText(code: string, text: string): string {
  return (texts.errors as Record<string, string>)[code] ?? text
}
