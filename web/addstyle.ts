/** Adds a style that the first load of the page does without. */

/** Resolves when the style is loaded, or cannot be loaded. `href`: of a module `*.css?url`. */
export function addStyle(href: string): Promise<void> {
  return new Promise((resolve) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = href
    link.onload = link.onerror = () => resolve()
    document.head.append(link)
  })
}
