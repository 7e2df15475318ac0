import { z } from 'zod';

/** As the admin API and the local check of a document give it. */
export interface ShownFault {
  readonly path: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
}

const Faults = z.object({
  // Loose: for programs a fault is passed on with everything that was told of it.
  faults: z.array(z.looseObject({ path: z.string(), message: z.string(), hint: z.string().nullish() })),
});

/** Those that an error of a document tells; none for other errors. */
export function faultsOf(details: unknown): readonly ShownFault[] {
  const parsed = Faults.safeParse(details);
  return parsed.success ? parsed.data.faults : [];
}

/** Path, what is wrong there, and below it what to do. */
export function formatFaults(faults: readonly ShownFault[]): string[] {
  return faults.flatMap(({ path, message, hint }) => [
    `  ${path}: ${message}`,
    ...(hint === undefined || hint === null ? [] : [`    hint: ${hint}`]),
  ]);
}
