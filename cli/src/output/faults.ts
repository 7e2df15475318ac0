import { z } from 'zod';

/** A fault as the admin API and the local check of a document return it. */
export interface ShownFault {
  readonly path: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
}

const Faults = z.object({
  // Loose, because programs get a fault with all its properties.
  faults: z.array(z.looseObject({ path: z.string(), message: z.string(), hint: z.string().nullish() })),
});

/** The faults in the details of a document's error; none for other errors. */
export function faultsOf(details: unknown): readonly ShownFault[] {
  const parsed = Faults.safeParse(details);
  return parsed.success ? parsed.data.faults : [];
}

/** Lines with the path, what is wrong there, and below it what to do. */
export function formatFaults(faults: readonly ShownFault[]): string[] {
  return faults.flatMap(({ path, message, hint }) => [
    `  ${path}: ${message}`,
    ...(hint === undefined || hint === null ? [] : [`    hint: ${hint}`]),
  ]);
}
