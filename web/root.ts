/**
 * The path of the page, `/` or what a proxy has put before it: where its script is, since the
 * address of a room is deeper.
 */
export const root = new URL(import.meta.url).pathname.replace(/(assets\/)?[^/]*$/u, '')
