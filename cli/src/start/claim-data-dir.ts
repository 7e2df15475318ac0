import { resolve } from 'node:path';
import { type Config, openDataDirectory } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { isRunning, readServerFile } from '../admin/server-file.ts';
import { checkPort } from '../process/check-port.ts';

/** Refuses at once what would fail later with a worse message. @throws RocketError `CONFLICT`, `NOT_READY` */
export async function claimDataDir(config: Pick<Config, 'dataDir' | 'port' | 'host'>): Promise<void> {
  await openDataDirectory(config.dataDir);
  const former = await readServerFile(config.dataDir);
  // After a crash the id may belong to another process by now, even to this one (ids repeat in containers).
  if (former !== null && former.pid !== process.pid && isRunning(former) && (await answers(former.url))) {
    throw new RocketError(
      'CONFLICT',
      `${resolve(config.dataDir)} is in use: process ${former.pid} serves it at ${former.url}`,
      { details: { hint: 'stop that one, or set ROCKET_DATA_DIR and PORT for a second one' } },
    );
  }
  await checkPort(config.port, config.host);
}

const PROBE_TIMEOUT_MS = 2_000;

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return response.ok;
  } catch {
    // Nobody answers: the file was left by a crash.
    return false;
  }
}
