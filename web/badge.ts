/** A mark on the icon of the page, in the tab and of the installed page, for unread messages. */
import { root } from './root.ts'

/** The circles on the icon, from 0 to 32. The white ring sets them off from it. */
const MARKS = {
  unread: '<circle cx="24" cy="8" r="8" fill="#fff"/><circle cx="24" cy="8" r="6" fill="#4a5552"/>',
  mention:
    '<circle cx="24" cy="8" r="8" fill="#fff"/><circle cx="24" cy="8" r="6" fill="#c62828"/>',
}

type Mark = keyof typeof MARKS | 'none'

let icon: Promise<string> | undefined
let drawn: Mark = 'none'

/** `unread`: messages, of which so many mention the reader. */
export async function badge(unread: number, mentions: number): Promise<void> {
  // Only an installed page has such a badge.
  navigator.setAppBadge?.(unread).catch(ignore)
  const mark = mentions > 0 ? 'mention' : unread > 0 ? 'unread' : 'none'
  if (mark === drawn) return
  drawn = mark
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (link === null) return
  const plain = `${root}icon.svg`
  if (mark === 'none') {
    link.href = plain
    return
  }
  icon ??= fetch(plain).then((response) => response.text())
  const svg = await icon.catch(() => {
    icon = undefined
    return ''
  })
  // Another state may have come meanwhile.
  if (mark !== drawn || !svg.includes('</svg>')) return
  link.href = `data:image/svg+xml,${encodeURIComponent(svg.replace('</svg>', `${MARKS[mark]}</svg>`))}`
}

function ignore(): void {}
