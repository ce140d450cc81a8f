import { expect, it } from 'vitest'
import { Palette } from '../../../../server/terminal/client/palette.ts'
import { NAME_COLORS, painted } from '../../../../shared/dialect/style.ts'

const names = Array.from({ length: NAME_COLORS.length * 2 }, (_, at) => `guest-${at}`)
const lookOf = (palette: Palette, name: string) => palette.paint(name).replace(name, 'NAME')

it('gives the first person the colour that the name has elsewhere', () => {
  expect(new Palette().paint('Ann')).toBe(painted('Ann'))
})

it('gives ten people ten looks, which stay, in whatever case the name is written', () => {
  const palette = new Palette()
  const looks = names.map((name) => lookOf(palette, name))
  expect(new Set(looks).size).toBe(names.length)
  expect(names.map((name) => lookOf(palette, name))).toEqual(looks)
  expect(palette.paint('GUEST-3').replace('GUEST-3', 'NAME')).toBe(looks[3])
})

it('gives an eleventh the look of the person who was shown longest ago', () => {
  const palette = new Palette()
  const looks = names.map((name) => lookOf(palette, name))
  palette.paint('guest-0')
  expect(lookOf(palette, 'Zoe')).toBe(looks[1])
  expect(lookOf(palette, 'guest-0')).toBe(looks[0])
})
