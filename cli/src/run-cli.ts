import { RocketError } from '@rocket/schema';
import { CommanderError } from 'commander';
import { type CommandLine, NotAsWanted, WrongUsage, wantsJson } from './command-line.ts';
import { requireDecoded } from './files.ts';
import { reportError } from './output/report-error.ts';
import { createProgram } from './program.ts';

const EXIT_OK = 0;
export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const HELP_CODES = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

/** Runs one command. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(line: CommandLine): Promise<number> {
  try {
    for (const argument of line.argv) requireDecoded(argument, `The argument "${argument}"`);
    await createProgram(line).parseAsync(line.argv, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) {
      // `rocket` and `rocket app` alone show their help: not a mistake worth a failure of its own, but no result
      // either.
      if (HELP_CODES.has(error.code) && error.exitCode === EXIT_OK) return EXIT_OK;
      if (wantsJson(line)) reportError(usageError(error), line);
      return EXIT_USAGE;
    }
    if (!(error instanceof NotAsWanted)) reportError(error, line);
    return error instanceof WrongUsage ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** Commander's message for people, as an error for a program. */
function usageError(error: CommanderError): RocketError {
  const message = HELP_CODES.has(error.code) ? 'A command is missing' : error.message.replace(/^error: /, '');
  return new RocketError('BAD_REQUEST', message, {
    cause: error,
    details: { hint: '--help shows how it is used' },
  });
}
