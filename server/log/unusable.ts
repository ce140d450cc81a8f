/** A store that could not be opened; the message is one sentence. */
export class LogUnusable extends Error {}

/** `sentence`: what to say about an error that has none yet. */
export function asUnusable(error: unknown, sentence: (error: unknown) => string): LogUnusable {
  return error instanceof LogUnusable ? error : new LogUnusable(sentence(error))
}
