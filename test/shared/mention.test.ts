import { expect, it } from 'vitest'
import { marked, mentions } from '../../shared/mention.ts'

const mark = (mention: string) => `<${mention}>`

it.each([
  ['Ann, and @ann: annual ANN', '<Ann>, and @<ann>: annual <ANN>'],
  ['Anna and Joann', 'Anna and Joann'],
  ['', ''],
  // The lower case of this letter has two units.
  ['İ Ann', '<İ Ann>'],
  ['İ Anna', 'İ Anna'],
  ['İ Ann\n\nagain', '<İ Ann>\n\n<again>'],
])('the mentions of Ann in %j are marked', (text, shown) => {
  expect(marked(text, 'Ann', mark)).toBe(shown)
  expect(mentions(text, 'Ann')).toBe(shown !== text)
})

it.each([
  ['Ann', 'run `ann` and `ask Ann`, Ann', 'run `ann` and `ask Ann`, <Ann>'],
  ['Ann', '```\nlet ann = 1\n```\nfor Ann', '```\nlet ann = 1\n```\nfor <Ann>'],
  ['Ann', 'a lone ` before Ann', 'a lone ` before <Ann>'],
  ['Will', 'I will, and @will can. Will: will you?', 'I will, and @<will> can. <Will>: will you?'],
  ['jo', 'jo jo @jo', 'jo jo @<jo>'],
  ['شما', 'شما و @شما', 'شما و @<شما>'],
])(
  '%s is mentioned outside of code, and as a common word only if it is addressed',
  (name, text, shown) => {
    expect(marked(text, name, mark)).toBe(shown)
    expect(mentions(text, name)).toBe(shown !== text)
  },
)
