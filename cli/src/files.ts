import { readFile, writeFile } from 'node:fs/promises';
import { RocketError } from '@rocket/schema';
import { describeError } from './output/describe-error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
};

/** A file that the user named. @throws RocketError `BAD_REQUEST` that says in words why it cannot be read */
export async function readNamedFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = reasonOf(cause, 'there is no such file');
    throw new RocketError('BAD_REQUEST', `Cannot read ${file}: ${reason}`, { cause });
  }
}

/** @throws RocketError `BAD_REQUEST` that says in words why it cannot be written */
export async function writeNamedFile(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (cause) {
    const reason = reasonOf(cause, 'there is no such directory');
    throw new RocketError('BAD_REQUEST', `Cannot write ${file}: ${reason}`, { cause });
  }
}

function reasonOf(error: unknown, whenMissing: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'ENOENT' ? whenMissing : (REASONS[code] ?? describeError(error));
}
