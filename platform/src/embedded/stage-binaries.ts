import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { cleanUpAfter } from '../lifecycle/clean-up.ts';
import type { Binaries } from './binaries.ts';
import type { Account } from './home/account.ts';
import { isReachable } from './home/reachable.ts';
import { sharedPlace } from './home/shared-place.ts';

const Manifest = z.object({ name: z.string(), version: z.string() });

/**
 * Returns the programs at a place where `account` can run them: the original, or a copy (60 MB, made once per version).
 */
export async function stageBinaries(binaries: Binaries, account: Account | null): Promise<Binaries> {
  if (account === null || (await isReachable(dirname(binaries.postgres), account))) return binaries;
  const manifest = Manifest.parse(
    JSON.parse(await readFile(join(binaries.root, '..', 'package.json'), 'utf8')),
  );
  const place = await sharedPlace(account);
  const target = join(place, `${basename(manifest.name)}-${manifest.version}`);
  if (!(await exists(target))) await copy(binaries.root, target);
  return { root: target, postgres: join(target, 'bin', 'postgres'), initdb: join(target, 'bin', 'initdb') };
}

/**
 * Copied to a temporary name and renamed, so that an interrupted copy, or two at once, never leave an incomplete
 * server.
 */
async function copy(source: string, target: string): Promise<void> {
  const partial = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(partial);
    await cp(source, partial, { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, target);
  } catch (error) {
    const remove = () => rm(partial, { recursive: true, force: true });
    if (!(await exists(target))) {
      await cleanUpAfter(error, remove);
      throw error;
    }
    // The rename failed because the target is not empty: another start was quicker.
    await remove();
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
