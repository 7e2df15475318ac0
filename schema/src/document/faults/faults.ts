/** One thing that is wrong (`error`) or suspicious (`warning`) in a document. */
export interface DocumentFault {
  readonly severity: 'error' | 'warning';
  /** Where, as a JSON path: `$.entities[0].fields[2].type`. */
  readonly path: string;
  /** What is wrong, with the offending value. */
  readonly message: string;
  /** What to write instead, where that can be said. */
  readonly hint?: string;
}
