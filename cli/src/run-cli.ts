import { CommanderError } from 'commander';
import type { CommandLine } from './command-line.ts';
import { reportError } from './output/report-error.ts';
import { createProgram } from './program.ts';

const EXIT_OK = 0;
export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const HELP_CODES = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

/** Runs one command. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(line: CommandLine): Promise<number> {
  try {
    await createProgram(line).parseAsync(line.argv, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) {
      // `rocket` and `rocket app` alone show their help: not a mistake worth a failure of its own, but no result either.
      return HELP_CODES.has(error.code) && error.exitCode === EXIT_OK ? EXIT_OK : EXIT_USAGE;
    }
    reportError(error, { stream: line.stderr, json: line.argv.includes('--json') });
    return EXIT_FAILED;
  }
}
