/**
 * Where a text mentions a person, in any case: `@name`, or the name as a word of its own outside of
 * code. A name that is a common word counts only as `@will` or `will:`.
 */

/** All names of one or two letters, and words that people also choose as names. */
const COMMON =
  /^(..?|all|and|any|are|bill|but|can|code|for|have|here|hope|just|like|mark|may|more|new|not|now|one|out|room|some|test|that|the|then|this|user|was|well|what|who|why|will|with|yes|you|این|است|شما|هست)$/u
const CODE = /```[\s\S]+?```|`[^`\n]+`/g

export function mentions(text: string, name: string): boolean {
  return nextMention(fold(text), name.toLowerCase(), 0) !== -1
}

/** The text with each mention of the name as `mark` returns it. */
export function marked(text: string, name: string, mark: (mention: string) => string): string {
  const [folded, wanted] = [fold(text), name.toLowerCase()]
  // Some letters have lower cases of several units: then the places in the two differ.
  if (folded.length !== text.length) {
    return mentions(text, name) ? text.replace(/.+/g, (line) => mark(line)) : text
  }
  let result = ''
  let from = 0
  for (;;) {
    const at = nextMention(folded, wanted, from)
    if (at === -1) return result + text.slice(from)
    const end = at + wanted.length
    result += text.slice(from, at) + mark(text.slice(at, end))
    from = end
  }
}

/** In lower case, with blanks for code. */
function fold(text: string): string {
  return text.toLowerCase().replace(CODE, (code) => ' '.repeat(code.length))
}

/** Both in lower case. Returns -1 if there is none from `from` on. */
function nextMention(text: string, name: string, from: number): number {
  if (name === '' || text.length < name.length) return -1
  const isCommon = COMMON.test(name)
  for (let at = text.indexOf(name, from); at !== -1; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text.slice(0, at).at(-1), text[at + name.length]]
    if (isBorder(before) && isBorder(after) && (!isCommon || before === '@' || after === ':')) {
      return at
    }
  }
  return -1
}

function isBorder(character: string | undefined): boolean {
  return character === undefined || !/[\p{L}\p{N}_-]/u.test(character)
}
