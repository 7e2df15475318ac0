import { type Config, loadConfig } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { withCallableForm } from './output/callable.ts';

/** The input of one run of the command, and its outputs. */
export interface CommandLine {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The user's current directory. */
  readonly directory: string;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Called only when a command runs, because help must not fail on a wrong setting. @throws RocketError `BAD_REQUEST` */
export function configOf(line: CommandLine): Config {
  return loadConfig(line.environment);
}

/** Prints one line of a result. */
export function print(line: CommandLine, text: string): void {
  line.stdout.write(`${withCallableForm(line, text)}\n`);
}

export function printJson(line: CommandLine, value: unknown): void {
  line.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints what a command did: one object for programs, a line for people. */
export function printResult(
  line: CommandLine,
  result: { json?: boolean | undefined; value: object; text: string },
): void {
  if (result.json === true) printJson(line, result.value);
  else print(line, result.text);
}

/** Whether the reader is a program, which gets errors as JSON too. Works even for an invalid command line. */
export function wantsJson(line: CommandLine): boolean {
  return line.argv.includes('--json');
}

/** Prints a remark apart from the result, which may be piped. */
export function remark(line: CommandLine, text: string): void {
  line.stderr.write(`${withCallableForm(line, text)}\n`);
}

/** The options do not go together: exit code 2, as for all that commander refuses. */
export class WrongUsage extends RocketError {
  constructor(message: string) {
    super('BAD_REQUEST', message);
  }
}

/** The command did what it was to do, and has printed that what it looked at is not as it should be: exit code 1. */
export class NotAsWanted extends Error {
  override readonly name = 'NotAsWanted';
}
