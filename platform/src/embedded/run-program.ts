import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end, as another user when one is given. Rejects with its output when it fails. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { cwd: string; uid?: number; gid?: number },
): Promise<string> {
  const { stdout } = await execute(file, args, { ...options, env: programEnvironment() });
  return stdout;
}

/** Without our own variables: the caller's `PGDATA`, `PGPORT` or locale must not change the server. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
