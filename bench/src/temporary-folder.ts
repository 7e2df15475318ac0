import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUp } from './clean-up.ts';

/** A new folder that is removed in the end. */
export async function temporaryFolder(cleanUp: CleanUp): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rocket-bench-'));
  cleanUp.push(() => rm(path, { recursive: true, force: true }));
  return path;
}
