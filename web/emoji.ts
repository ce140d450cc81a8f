/** The table of emoji and their names: a chunk of its own, loaded with its first use. */
import table from 'virtual:emoji'

export type Emoji = { emoji: string; name: string }

/** One item for each name of each emoji. */
export const emojis: readonly Emoji[] = table.split('\n').flatMap((line) => {
  const [emoji = '', ...names] = line.split(' ')
  return names.map((name) => ({ emoji, name }))
})
