/**
 * The texts of the page: one file for each language, chosen by the browser's settings.
 * English is part of the page; any other language is loaded before the page is drawn.
 *
 * `texts` MUST be read while drawing, not while modules load.
 */
import { english, type Texts } from './language/english.ts'

const others: Record<string, () => Promise<Texts>> = {
  fa: async () => (await import('./language/persian.ts')).persian,
}

export let texts: Texts = english

/** Chooses the first of the reader's languages that exists; English if loading fails. */
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

/** The text for a code of the error table; `text`: the server's own, for other codes. */
export function errorText(code: string, text: string): string {
  return (texts.errors as Record<string, string>)[code] ?? text
}
