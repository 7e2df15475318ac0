import { type Config, loadConfig } from '@rocket/platform';
import { withCallableForm } from './output/callable.ts';

/** What one run of the command was given, and where it writes. */
export interface CommandLine {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Where the user stands. */
  readonly directory: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Only when a command runs: help must not fail on a wrong setting. @throws RocketError `BAD_REQUEST` */
export function configOf(line: CommandLine): Config {
  return loadConfig(line.environment);
}

/** One line of a result. */
export function print(line: CommandLine, text: string): void {
  line.stdout.write(`${withCallableForm(line, text)}\n`);
}

export function printJson(line: CommandLine, value: unknown): void {
  line.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** What a command did: one object for programs, a line for readers. */
export function printResult(
  line: CommandLine,
  result: { json?: boolean | undefined; value: object; text: string },
): void {
  if (result.json === true) printJson(line, result.value);
  else print(line, result.text);
}

/** Whether the reader is a program, to which errors too are told as JSON; known even when the command line makes no sense. */
export function wantsJson(line: CommandLine): boolean {
  return line.argv.includes('--json');
}

/** Something said beside the result, which may be piped on. */
export function remark(line: CommandLine, text: string): void {
  line.stderr.write(`${withCallableForm(line, text)}\n`);
}
