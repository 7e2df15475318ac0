import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { formatFaults } from './faults.ts';

const Faults = z.object({
  faults: z.array(z.object({ path: z.string(), message: z.string(), hint: z.string().nullish() })).min(1),
});
const Hint = z.object({ hint: z.string() });

/** One line that says what went wrong, with a hint where there is one; the faults of a document one by one. */
export function reportError(error: unknown, to: { stream: NodeJS.WritableStream; json: boolean }): void {
  const details = error instanceof RocketError ? error.details : {};
  const code = error instanceof RocketError ? error.code : 'INTERNAL_ERROR';
  const message = describe(error);
  if (to.json) {
    to.stream.write(`${JSON.stringify({ error: { code, message, ...details } }, null, 2)}\n`);
    return;
  }
  const hint = Hint.safeParse(details);
  to.stream.write(`rocket: ${message}${hint.success ? ` (${hint.data.hint})` : ''}\n`);
  const faults = Faults.safeParse(details);
  if (faults.success) for (const text of formatFaults(faults.data.faults)) to.stream.write(`${text}\n`);
}

/** Node gives attempts on several addresses as one error without a message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}
