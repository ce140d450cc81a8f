/** Whether a text has the name as a word of its own, with or without @, in any case. */
export function mentions(text: string, name: string): boolean {
  if (name === '' || text.length < name.length) return false
  const folded = text.toLowerCase()
  const wanted = name.toLowerCase()
  for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1)) {
    if (isBorder(folded.slice(0, at).at(-1)) && isBorder(folded[at + wanted.length])) return true
  }
  return false
}

function isBorder(character: string | undefined): boolean {
  return character === undefined || !/[\p{L}\p{N}_-]/u.test(character)
}
