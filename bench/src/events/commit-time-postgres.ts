/** A durable server that notes when each transaction was committed. */
import { createDatabase, createLogger, startEmbeddedPostgres } from '@rocket/platform';
import type { CleanUp } from '../clean-up.ts';
import type { BenchPostgres } from '../shop/bench-postgres.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export async function startCommitTimePostgres(cleanUp: CleanUp): Promise<BenchPostgres> {
  const dataDir = await temporaryFolder(cleanUp);
  const logger = createLogger({ level: 'error', name: 'bench' });
  const first = await startEmbeddedPostgres({ dataDir, logger });
  try {
    const database = createDatabase({ url: first.url, logger, max: 1 });
    await database.query({ text: 'ALTER SYSTEM SET track_commit_timestamp = on', values: [] });
    await database.close();
  } finally {
    // The setting takes effect when the server starts.
    await first.stop();
  }
  const postgres = await startEmbeddedPostgres({ dataDir, logger });
  cleanUp.push(() => postgres.stop());
  return { url: postgres.url, pid: postgres.pid };
}
