/**
 * Gathers what arrives into one turn a frame, so that a busy room costs one
 * drawing and not one for each message.
 */

/** A hidden page draws no frames; what arrives is then taken in this often. Milliseconds. */
const HIDDEN_MS = 250

/** Returns a function that asks for `run` in the next frame; asking twice runs it once. */
export function oncePerFrame(run: () => void): () => void {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  function take(): void {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    timer = undefined
    run()
  }
  return () => {
    if (timer !== undefined) return
    frame = requestAnimationFrame(take)
    timer = setTimeout(take, HIDDEN_MS)
  }
}
