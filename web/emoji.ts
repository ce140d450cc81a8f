/** The table of emoji and their names, a chunk of its own that is fetched when one is sought. */
import table from 'virtual:emoji'

export type Emoji = { emoji: string; name: string }

/** Each emoji under each of its names. */
export const emojis: readonly Emoji[] = table.split('\n').flatMap((line) => {
  const [emoji = '', ...names] = line.split(' ')
  return names.map((name) => ({ emoji, name }))
})
