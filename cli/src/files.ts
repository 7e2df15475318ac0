import { isUtf8 } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { RocketError } from '@rocket/schema';
import type { CommandLine } from './command-line.ts';
import { describeError } from './output/describe-error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
};

/** Reads a file that the user named. @throws RocketError `BAD_REQUEST` that explains why it cannot be read */
export async function readNamedFile(file: string): Promise<string> {
  try {
    return decodeText(await readFile(file), file);
  } catch (cause) {
    if (cause instanceof RocketError) throw cause;
    const reason = reasonOf(cause, 'there is no such file');
    throw new RocketError('BAD_REQUEST', `Cannot read ${file}: ${reason}`, { cause });
  }
}

/** Reads all of standard input. @throws RocketError `BAD_REQUEST` when it is not text */
export async function readStandardInput(line: Pick<CommandLine, 'stdin'>): Promise<string> {
  return decodeText(await buffer(line.stdin), 'the standard input');
}

/** What cannot be decoded would otherwise be read, and stored, as this character. */
const REPLACEMENT = '\uFFFD';

/**
 * Checks texts that the system has already decoded: arguments and environment variables. @throws RocketError
 * `BAD_REQUEST`
 */
export function requireDecoded(text: string, what: string): void {
  if (text.includes(REPLACEMENT)) throw notUtf8(what);
}

/** @throws RocketError `BAD_REQUEST` that names `source` and the line of the first byte that is not UTF-8 */
function decodeText(bytes: Buffer, source: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw notUtf8(`${source}, line ${lineOfFault(bytes)},`);
}

function notUtf8(what: string): RocketError {
  return new RocketError('BAD_REQUEST', `${what} is not in UTF-8`, {
    details: { hint: 'convert it, as with `iconv -f LATIN1 -t UTF-8`' },
  });
}

/** Line number, from 1. In UTF-8, the byte of a line feed is part of no other character. */
function lineOfFault(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf('\n', from);
    const next = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(from, next))) return line;
    from = next;
  }
  return line;
}

/** @throws RocketError `BAD_REQUEST` that explains why it cannot be written */
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
