import { english, type Texts } from './english.ts'
export const persian: Texts = english
