import { Readable, Writable } from 'node:stream';
import { runCli } from '@rocket/cli';
import { expect } from 'vitest';
import { type Environment, environmentOf, type Finished, runRocket } from './servers/rocket-process.ts';

/** The command line beside a running server. */
export interface RocketCommands {
  rocket(args: readonly string[], input?: string): Promise<Finished>;
  /** What a command prints that has to succeed without a word on the standard error. */
  succeed(args: readonly string[], input?: string): Promise<string>;
}

/**
 * The first run of each command is a process, which shows that it can be called and ends by itself. Most of the time of
 * a process goes into loading the same packages again, so that further runs of the command happen in this one.
 * @param environment asked at each command, as tests make it late
 */
export function rocketCommands(environment: () => Environment): RocketCommands {
  const seen = new Set<string>();
  const rocket: RocketCommands['rocket'] = (args, input = '') => {
    const command = args.slice(0, 2).join(' ');
    const run = seen.has(command) ? runHere : runRocket;
    seen.add(command);
    return run(args, environment(), input);
  };
  return {
    rocket,
    async succeed(args, input) {
      const { code, stdout, stderr } = await rocket(args, input);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    },
  };
}

/** What {@link runRocket} does, without a process. */
async function runHere(args: readonly string[], environment: Environment, input: string): Promise<Finished> {
  const stdout = collector();
  const stderr = collector();
  const code = await runCli({
    argv: args,
    environment: environmentOf(environment),
    directory: process.cwd(),
    stdin: Readable.from([Buffer.from(input)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
