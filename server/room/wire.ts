/** The wire view, as far as a session needs it. */
export interface WireView {
  /** What the connections of a person have read and written lately, as lines. `viewerId`: of the person who asks. */
  linesOf(personId: string, viewerId: string): string[]
}
