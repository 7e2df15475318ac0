/** As the admin API and the local check of a document give it. */
export interface ShownFault {
  readonly path: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
}

/** Path, what is wrong there, and below it what to do. */
export function formatFaults(faults: readonly ShownFault[]): string[] {
  return faults.flatMap(({ path, message, hint }) => [
    `  ${path}: ${message}`,
    ...(hint === undefined || hint === null ? [] : [`    hint: ${hint}`]),
  ]);
}
