/** PostgreSQL refuses to run as root, so root runs it as another user, which is made when the system has none. */
import { readFile } from 'node:fs/promises';
import { RocketError } from '@rocket/schema';
import { runProgram } from '../run-program.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT_NAME = 'postgres';

/** Debian and Fedora, then Alpine. */
const CREATE_COMMANDS = [
  ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT_NAME],
  ['adduser', '-S', '-D', '-H', ACCOUNT_NAME],
] as const;

/** Null when we are not root: then the server runs as our own user. */
export async function serverAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const existing = await lookUp(ACCOUNT_NAME);
  if (existing !== null) return existing;
  const failures: unknown[] = [];
  for (const [command, ...args] of CREATE_COMMANDS) {
    try {
      await runProgram(command, args, { cwd: '/' });
    } catch (error) {
      failures.push(error);
    }
    // Looked up after a failure too: another start may have created the user at the same moment.
    const created = await lookUp(ACCOUNT_NAME);
    if (created !== null) return created;
  }
  throw new RocketError(
    'NOT_READY',
    `PostgreSQL cannot run as root and the user ${ACCOUNT_NAME} could not be created: create it, start as ` +
      'another user, or set DATABASE_URL',
    { cause: new AggregateError(failures) },
  );
}

async function lookUp(name: string): Promise<Account | null> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  for (const line of lines) {
    const [user, , uid, gid] = line.split(':');
    if (user === name && uid !== undefined && gid !== undefined)
      return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}
