import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { describeError } from './describe-error.ts';
import { faultsOf, formatFaults } from './faults.ts';

const Hint = z.object({ hint: z.string() });

/** One line that says what went wrong, with a hint where there is one; the faults of a document one by one. */
export function reportError(error: unknown, to: { stream: NodeJS.WritableStream; json: boolean }): void {
  const details = error instanceof RocketError ? error.details : {};
  const code = error instanceof RocketError ? error.code : 'INTERNAL_ERROR';
  const message = describeError(error);
  if (to.json) {
    to.stream.write(`${JSON.stringify({ error: { code, message, ...details } }, null, 2)}\n`);
    return;
  }
  const hint = Hint.safeParse(details);
  to.stream.write(`rocket: ${message}${hint.success ? ` (${hint.data.hint})` : ''}\n`);
  for (const text of formatFaults(faultsOf(details))) to.stream.write(`${text}\n`);
}
