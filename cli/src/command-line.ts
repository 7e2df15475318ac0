import { type Config, loadConfig } from '@rocket/platform';

/** What one run of the command was given, and where it writes. */
export interface CommandLine {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
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
  line.stdout.write(`${text}\n`);
}

export function printJson(line: CommandLine, value: unknown): void {
  print(line, JSON.stringify(value, null, 2));
}

/** Something said beside the result, which may be piped on. */
export function remark(line: CommandLine, text: string): void {
  line.stderr.write(`${text}\n`);
}
