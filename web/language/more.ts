/** The texts of the parts of the page that are loaded when they are needed, in its language. */
import { texts } from '../language.ts'
import { englishMore, type MoreTexts } from './english.more.ts'

/** The language has been chosen before any such part is loaded. */
export const more: MoreTexts = texts.more ?? englishMore
