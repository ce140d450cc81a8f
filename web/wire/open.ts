/** The address of the wire view, and the way there and back. */

const VIEW = 'view'

export function isWireAddress(): boolean {
  return new URLSearchParams(location.search).get(VIEW) === 'wire'
}

let isWatching = false

/** Shows the wire view in place of the chat, or the chat again. */
export function showWire({ wire }: { wire: { value: boolean } }, on: boolean): void {
  if (!isWatching) {
    isWatching = true
    addEventListener('popstate', () => {
      wire.value = isWireAddress()
    })
  }
  if (on !== isWireAddress()) {
    const search = new URLSearchParams(location.search)
    if (on) search.set(VIEW, 'wire')
    else search.delete(VIEW)
    const text = search.toString()
    history.pushState(null, '', location.pathname + (text === '' ? '' : `?${text}`))
  }
  wire.value = on
}
