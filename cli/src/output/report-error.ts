import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { type CommandLine, remark, wantsJson } from '../command-line.ts';
import { withCallableForm } from './callable.ts';
import { describeError } from './describe-error.ts';
import { faultsOf, formatFaults } from './faults.ts';

const Hint = z.object({ hint: z.string() });

/** One line that says what went wrong, with a hint where there is one; the faults of a document one by one. */
export function reportError(error: unknown, line: CommandLine): void {
  const details = error instanceof RocketError ? error.details : {};
  const code = error instanceof RocketError ? error.code : 'INTERNAL_ERROR';
  const message = describeError(error);
  const hint = Hint.safeParse(details);
  if (wantsJson(line)) {
    const shown = hint.success ? { ...details, hint: withCallableForm(line, hint.data.hint) } : details;
    line.stderr.write(`${JSON.stringify({ error: { code, message, ...shown } }, null, 2)}\n`);
    return;
  }
  remark(line, `rocket: ${message}${hint.success ? ` (${hint.data.hint})` : ''}`);
  for (const text of formatFaults(faultsOf(details))) line.stderr.write(`${text}\n`);
}
