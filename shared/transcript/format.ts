/** The formats of a transcript. */
export const FORMATS = ['text', 'markdown', 'ndjson'] as const
export type TranscriptFormat = (typeof FORMATS)[number]

/** How long the link to a transcript works, in seconds. */
export const LINK_SECONDS = 600
