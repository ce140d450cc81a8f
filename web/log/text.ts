/** The text of a message as elements. All of it is inserted as text nodes. */
import { type Token, tokensOf } from './tokens.ts'

/** `marked`: whether markdown is read. */
export function textElement(text: string, marked: boolean): HTMLElement {
  const result = element('p', 'text', ...tokenNodes(tokensOf(text, marked)))
  result.dir = 'auto'
  return result
}

function tokenNodes(tokens: readonly Token[]): (string | Node)[] {
  return tokens.map((token) => {
    switch (token.kind) {
      case 'text':
        return token.text
      case 'link':
        return linkElement(token.text, token.href)
      case 'control':
        return element('span', 'control', token.name)
      case 'code':
      case 'block':
        return element('code', token.kind, token.inner)
      case 'quote':
        return element('span', 'quote', ...tokenNodes(token.inner))
      default:
        return element(token.kind, '', ...tokenNodes(token.inner))
    }
  })
}

/** The log is one tab stop; its arrow keys reach the links of a row. */
function linkElement(text: string, href: string): HTMLAnchorElement {
  const link = element('a', '', text)
  link.href = href
  link.target = '_blank'
  link.rel = 'noopener noreferrer nofollow'
  link.tabIndex = -1
  return link
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const result = document.createElement(tag)
  if (className !== '') result.className = className
  result.append(...children)
  return result
}
