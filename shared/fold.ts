/**
 * Names that are the same name. Apart from `names.ts`, whose table of look-alikes takes 100 ms
 * to load: threads of the log compare names and check none.
 */

/**
 * Two valid names are the same name if their folds are equal (RFC 8266, section 2.4). A
 * final sigma equals any other. The result is a fixed point.
 */
export function foldName(name: string): string {
  // NFKC again: a capital J with a caron is two characters, and its lower case is one.
  return name.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
}
