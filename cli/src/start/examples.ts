import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@rocket/platform';
import { appName, RocketError } from '@rocket/schema';
import { createAdminClient } from '../admin/client.ts';
import { requireConnection } from '../admin/connection.ts';
import { FindAppDocument, ImportAppDocument } from '../admin/generated/operations.ts';
import type { Progress } from './progress.ts';

const EXAMPLES_DIR = join(import.meta.dirname, '../../../examples');
/** In this order: an app comes after those it refers to, and the first two land on different shards. */
export const EXAMPLE_APPS = ['crm', 'ecommerce', 'helpdesk'] as const;

/** Imports the missing examples like every document, through the admin API. */
export async function importExamples(options: {
  config: Pick<Config, 'dataDir' | 'demo'>;
  progress: Progress;
  stopping: AbortSignal;
}): Promise<void> {
  const { config, progress, stopping } = options;
  if (!config.demo) return;
  // Always our own server, whatever other one the environment names.
  const connection = await requireConnection({
    dataDir: config.dataDir,
    platformUrl: null,
    platformToken: null,
    catalogUrl: null,
  });
  const client = createAdminClient(connection, stopping);
  for (const name of EXAMPLE_APPS.map(appName)) {
    if (stopping.aborted) throw new RocketError('NOT_READY', 'Stopped before the start was complete');
    const { app } = await client.send(FindAppDocument, { name });
    if (app !== null && app.revision !== null) continue;
    progress.tell(`Importing example app ${name}`);
    const document: unknown = JSON.parse(await readFile(join(EXAMPLES_DIR, `${name}.json`), 'utf8'));
    await client.send(ImportAppDocument, { name, document });
  }
}
