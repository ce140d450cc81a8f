/** A store that could not be opened; the message is one sentence. */
export class LogUnusable extends Error {}
