/** A source and its copy, both filled by the same statements. */
import { createDatabase, type PooledDatabase } from '@rocket/platform';
import { createTestDatabase } from '../../../../tests/harness/servers/postgres.ts';
import { readComparedTables } from '../../../src/moves/compare/read-compared-tables.ts';
import { LOGGER } from '../../support/test-outbox.ts';

export interface TwoDatabases {
  readonly source: PooledDatabase;
  readonly target: PooledDatabase;
  /** Runs statements on both, or on one of them. */
  run(sql: string, only?: 'source' | 'target'): Promise<void>;
  tables(): ReturnType<typeof readComparedTables>;
  dispose(): Promise<void>;
}

export async function createTwoDatabases(): Promise<TwoDatabases> {
  const tests = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const [source, target] = tests.map(({ url }) => createDatabase({ url, logger: LOGGER, max: 4 }));
  if (source === undefined || target === undefined) throw new Error('There are two databases');
  return {
    source,
    target,
    run: async (sql, only) => {
      for (const text of sql.split(';').filter((part) => part.trim() !== '')) {
        if (only !== 'target') await source.query({ text, values: [] });
        if (only !== 'source') await target.query({ text, values: [] });
      }
    },
    tables: () => readComparedTables(source),
    dispose: async () => {
      await Promise.all([source.close(), target.close()]);
      await Promise.all(tests.map((test) => test.dispose()));
    },
  };
}
