/**
 * Runs a function at most once per animation frame, so that a busy room is drawn once per
 * frame and not once per message.
 */

/** The interval on a hidden page, which has no animation frames. Milliseconds. */
const HIDDEN_MS = 250

/** Returns a function that schedules `run` for the next frame; several calls run it once. */
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
