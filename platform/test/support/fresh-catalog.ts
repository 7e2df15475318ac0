/** A catalog of its own for each test of a file, and the app that most tests of it need. */
import { appName, shardName } from '@rocket/schema';
import { afterEach, beforeEach } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { type Catalog, createLogger, openCatalog } from '../../src/index.ts';
import { emptyDocument } from './fixtures.ts';

export const logger = createLogger({ level: 'silent', name: 'test' });
export const crm = appName('crm');
export const west = shardName('west');

export interface FreshCatalog {
  /** Of the running test. */
  readonly database: TestDatabase;
  readonly catalog: Catalog;
  /** Registers the shard `west` with the app `crm` on it. */
  withApp(): Promise<void>;
  /** Stores a document of `crm`, which differs from others by its note. */
  addRevision(note: string): ReturnType<Catalog['addRevision']>;
}

/** Called once in a file, outside of its tests. */
export function freshCatalog(): FreshCatalog {
  let database: TestDatabase;
  let catalog: Catalog;
  beforeEach(async () => {
    database = await createTestDatabase();
    catalog = await openCatalog({ url: database.url, logger });
  });
  afterEach(async () => {
    await catalog.close();
    await database.dispose();
  });
  return {
    get database() {
      return database;
    },
    get catalog() {
      return catalog;
    },
    async withApp() {
      await catalog.addShard({ name: west, databaseUrl: database.serverUrl, url: null });
      await catalog.createApp({ app: crm, shard: west, database: 'rocket_crm' });
    },
    addRevision: (note) =>
      catalog.addRevision({
        app: crm,
        document: { ...emptyDocument(), description: note },
        contentHash: `hash of ${note}`,
        createdBy: 'admin@localhost',
      }),
  };
}
