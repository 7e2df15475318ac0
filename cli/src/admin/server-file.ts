import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { describeError } from '../output/describe-error.ts';

const FILE_NAME = 'server.json';
/** The file contains a token, so only its owner may read it. */
const OWNER_ONLY = 0o600;

const ServerFile = z.object({
  url: z.string(),
  token: z.string(),
  pid: z.number().int().positive(),
  /** Host and database of the catalog from the settings; null for a server with its own Postgres. */
  catalog: z.string().nullable(),
});

/** How commands reach the server that runs in a data directory. */
export type ServerFile = z.infer<typeof ServerFile>;

export function serverFilePath(dataDir: string): string {
  return join(dataDir, FILE_NAME);
}

/** Null when there is no usable file: a damaged or foreign file counts as none. */
export async function readServerFile(dataDir: string): Promise<ServerFile | null> {
  const path = serverFilePath(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    // ENOTDIR: there is a file in place of the data directory.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const reason = code === 'EACCES' ? 'it belongs to another user' : describeError(cause);
    throw new RocketError('NOT_READY', `Cannot read ${path}: ${reason}`, {
      cause,
      details: { hint: 'run as the user whose server it is, or set ROCKET_URL and ROCKET_TOKEN' },
    });
  }
  const parsed = ServerFile.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

/** Replaced in one step, so that no command ever reads half of it. */
export async function writeServerFile(dataDir: string, content: ServerFile): Promise<void> {
  const path = serverFilePath(dataDir);
  const temporary = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, `${JSON.stringify(content)}\n`, { mode: OWNER_ONLY });
  await chmod(temporary, OWNER_ONLY);
  await rename(temporary, path);
}

export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(serverFilePath(dataDir), { force: true });
}

/** Whether the process that wrote the file is still running. */
export function isRunning(file: ServerFile): boolean {
  try {
    process.kill(file.pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process exists but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
