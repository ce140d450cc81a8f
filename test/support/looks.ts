/** Colour schemes and widths, in pixels, in which tests look at the page. */
import { long } from './long.ts'

type Look = readonly [colorScheme: 'light' | 'dark', width: number]

/** The two are independent, so two combinations cover all four. */
export const bothLooks: readonly Look[] = [
  ['light', 1280],
  ['dark', 320],
]

/** For a test of one part of the page: the look in which it has the least space, and both in the long form. */
export const looks = long ? bothLooks : bothLooks.slice(1)
