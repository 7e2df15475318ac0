import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RocketError } from '@rocket/schema';

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'it, or a part of its path, is a file and no directory',
  ENOTDIR: 'it, or a part of its path, is a file and no directory',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links lead in a circle',
};

/**
 * Creates the data directory when it is missing, and makes sure that this process can write to it.
 * @returns its absolute path
 * @throws RocketError `NOT_READY` that explains why it cannot be used
 */
export async function openDataDirectory(dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/** Explains why the data directory cannot be used. */
export function unusable(path: string, cause: unknown): RocketError {
  if (cause instanceof RocketError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new RocketError('NOT_READY', `The data directory ${path} cannot be used: ${reason}`, {
    cause,
    details: { hint: 'set ROCKET_DATA_DIR to a directory of this user, or correct what is in the way' },
  });
}
