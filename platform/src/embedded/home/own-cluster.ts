/** A copied or restored data directory may have owners and modes with which PostgreSQL refuses to start. */
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RocketError } from '@rocket/schema';
import type { Account } from './account.ts';
import { type Home, isThere } from './home.ts';

/** Mode of PGDATA: PostgreSQL accepts this and 0750. */
const CLUSTER_MODE = 0o700;

/**
 * Restores the mode of the cluster, and its owner when we are root. Nothing is changed when both are right.
 * @throws RocketError `NOT_READY` when it belongs to another user and we may not change that
 */
export async function ownCluster(home: Home, account: Account | null): Promise<void> {
  const owner = account ?? processOwner();
  if (owner === null || !(await isThere(home.cluster))) return;
  if (await hasForeignEntries(home.cluster, owner)) {
    if (account === null) throw foreignCluster(home, owner);
    await giveTo(home.cluster, account);
  }
  const { mode } = await lstat(home.cluster);
  if ((mode & 0o777) !== CLUSTER_MODE) await chmod(home.cluster, CLUSTER_MODE);
}

/** Null on systems without such owners. */
function processOwner(): Account | null {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  return uid === undefined || gid === undefined ? null : { uid, gid };
}

/**
 * Checks the directory and its direct entries: a copy changes all owners, and an interrupted repair has not reached the
 * top.
 */
async function hasForeignEntries(cluster: string, owner: Account): Promise<boolean> {
  if ((await lstat(cluster)).uid !== owner.uid) return true;
  for (const name of await readdir(cluster)) {
    if ((await lstat(join(cluster, name))).uid !== owner.uid) return true;
  }
  return false;
}

/**
 * Changes links themselves, never their targets. Contents come first, so that a directory with the right owner is
 * complete.
 */
async function giveTo(path: string, account: Account): Promise<void> {
  const entry = await lstat(path);
  if (entry.isDirectory()) {
    for (const name of await readdir(path)) await giveTo(join(path, name), account);
  }
  if (entry.uid !== account.uid || entry.gid !== account.gid) await lchown(path, account.uid, account.gid);
}

function foreignCluster(home: Home, owner: Account): RocketError {
  return new RocketError(
    'NOT_READY',
    `The database in ${home.cluster} belongs to another user, and PostgreSQL only runs as the owner of its files`,
    {
      details: {
        hint: `start as that user, or give it to this one: sudo chown -R ${owner.uid}:${owner.gid} ${home.directory}`,
      },
    },
  );
}
