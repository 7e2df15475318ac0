import { createInterface } from 'node:readline/promises';
import { RocketError } from '@rocket/schema';
import type { CommandLine } from '../command-line.ts';
import { withCallableForm } from './callable.ts';

/** Asks before something that cannot be taken back. @throws RocketError when refused, or when there is nobody to ask */
export async function confirm(line: CommandLine, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (line.stdin.isTTY !== true) {
    throw new RocketError('BAD_REQUEST', question.trim(), { details: { hint: 'add --yes to confirm' } });
  }
  const terminal = createInterface({ input: line.stdin, output: line.stderr });
  try {
    const answer = await terminal.question(`${withCallableForm(line, question)} Type "yes" to go on: `);
    if (answer.trim().toLowerCase() !== 'yes') throw new RocketError('BAD_REQUEST', 'Nothing was changed');
  } finally {
    terminal.close();
  }
}
