/// <reference types="vite/types/importMeta.d.ts" />
/**
 * The texts of the page, chosen by the browser's settings or by the reader. English is part of the page.
 * Each other language is one file in `language/`, named by its tag, which is loaded before the page is
 * drawn.
 *
 * `texts` MUST be read while drawing, not while modules load.
 */
import { english, type Texts } from './language/english.ts'

const others = import.meta.glob<Texts>('./language/??.ts', { import: 'texts' })

/** The tags of all languages. */
export const languages = [english.tag, ...Object.keys(others).map((path) => path.slice(-5, -3))]

export let texts: Texts = english

/** Chooses the first of the reader's languages that exists; English if loading fails. */
export async function chooseLanguage(wanted: readonly string[]): Promise<void> {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? ''
    if (language === english.tag) break
    const load = others[`./language/${language}.ts`]
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
