import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createDatabaseIfMissing, databaseUrl, dropDatabase } from '../../../platform/src/index.ts';

export interface TestDatabase {
  readonly url: string;
  /** URL of the server's database `postgres`, for tests that make databases themselves. */
  readonly serverUrl: string;
  readonly name: string;
  /** Drops the database, ending connections that are still open. */
  dispose(): Promise<void>;
}

const NAME_BYTES = 8;

/** A new, empty database of a unique name on the server of this test run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresServerUrl');
  const name = `test_${randomBytes(NAME_BYTES).toString('hex')}`;
  await createDatabaseIfMissing(serverUrl, name);
  return {
    url: databaseUrl(serverUrl, name),
    serverUrl,
    name,
    dispose: () => dropDatabase(serverUrl, name),
  };
}
