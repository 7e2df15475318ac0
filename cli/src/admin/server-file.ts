import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const FILE_NAME = 'server.json';
/** It holds a token: for the owner alone. */
const OWNER_ONLY = 0o600;

const ServerFile = z.object({ url: z.string(), token: z.string(), pid: z.number().int().positive() });

/** How commands reach the server that runs in a data directory. */
export type ServerFile = z.infer<typeof ServerFile>;

/** Null when there is none that can be used: a torn or foreign file is as good as none. */
export async function readServerFile(dataDir: string): Promise<ServerFile | null> {
  let text: string;
  try {
    text = await readFile(join(dataDir, FILE_NAME), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const parsed = ServerFile.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

/** Replaced in one step, so that no command ever reads half of it. */
export async function writeServerFile(dataDir: string, content: ServerFile): Promise<void> {
  const path = join(dataDir, FILE_NAME);
  const temporary = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, `${JSON.stringify(content)}\n`, { mode: OWNER_ONLY });
  await chmod(temporary, OWNER_ONLY);
  await rename(temporary, path);
}

export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE_NAME), { force: true });
}

/** Whether the process that wrote the file is still there. */
export function isRunning(file: ServerFile): boolean {
  try {
    process.kill(file.pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is running too, as far as we may know.
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
