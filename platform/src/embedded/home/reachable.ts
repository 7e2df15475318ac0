import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.ts';

const OWNER_SEARCH = 0o100;
const GROUP_SEARCH = 0o010;
const OTHERS_SEARCH = 0o001;

/**
 * Whether `account` can reach files in `directory`: it needs search permission on the directory and all its parents.
 */
export async function isReachable(directory: string, account: Account | null): Promise<boolean> {
  if (account === null) return true;
  for (let path = directory; ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path);
    const needed = uid === account.uid ? OWNER_SEARCH : gid === account.gid ? GROUP_SEARCH : OTHERS_SEARCH;
    if ((mode & needed) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
