/** The database that reading is tested on, as the product would open it: directly, or behind PgBouncer. */
import { createDatabase, loadConfig, type PooledDatabase } from '@rocket/platform';
import { findPgBouncer, startPgBouncer } from '../../../tests/harness/servers/pgbouncer.ts';
import { createTestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { LOGGER } from './write-app.ts';

/** Set in the project of vitest that runs the tests of reading a second time. */
export const THROUGH_PGBOUNCER = process.env['TEST_THROUGH_PGBOUNCER'] === '1';

export interface ReadDatabase {
  /** URL of the database itself, without PgBouncer. */
  readonly url: string;
  readonly database: PooledDatabase;
  /** How many have been sent. */
  statements(): number;
  dispose(): Promise<void>;
}

export async function createReadDatabase(): Promise<ReadDatabase> {
  const test = await createTestDatabase();
  const bouncer = THROUGH_PGBOUNCER ? await startPgBouncer(installed(), test.url) : null;
  const config = loadConfig(bouncer === null ? {} : { ROCKET_PGBOUNCER: '1' });
  let statements = 0;
  const database = createDatabase({
    url: bouncer?.url ?? test.url,
    logger: LOGGER,
    max: 8,
    pgbouncer: config.pgbouncer,
    ...(config.preparedStatements ? {} : { maxPrepared: 0 }),
    onStatement: () => {
      statements += 1;
    },
  });
  return {
    url: test.url,
    database,
    statements: () => statements,
    dispose: async () => {
      await database.close();
      await bouncer?.dispose();
      await test.dispose();
    },
  };
}

function installed(): string {
  const binary = findPgBouncer();
  if (binary === null) throw new Error('These tests need PgBouncer');
  return binary;
}
