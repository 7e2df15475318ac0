/** Whether the tests of reading run over what they say they run over. */
import { createDatabase, type Database, type Statement } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createReadDatabase, type ReadDatabase, THROUGH_PGBOUNCER } from '../support/read-database.ts';
import { LOGGER } from '../support/write-app.ts';

const CALLERS = 40;
const CONNECTIONS = 8;

/** Lasts for as long as it takes to look at it from outside. */
const SLOW: Statement = { text: 'SELECT $1::int FROM pg_sleep(0.05)', values: [7], prepare: true };
const PREPARED: Statement = { text: 'SELECT count(*)::int FROM pg_prepared_statements', values: [] };
const BACKENDS: Statement = {
  text: `SELECT count(*)::int FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  values: [],
};

let read: ReadDatabase;
let outside: Database;
beforeAll(async () => {
  read = await createReadDatabase();
  outside = createDatabase({ url: read.url, logger: LOGGER, max: 1 });
});
afterAll(async () => {
  await outside?.close();
  await read?.dispose();
});

describe('the database that reading is tested on', () => {
  it(`is reached ${THROUGH_PGBOUNCER ? 'through PgBouncer, unprepared' : 'directly, prepared'}`, async () => {
    const { database } = read;
    const rows = Promise.all(Array.from({ length: CALLERS }, () => database.query(SLOW)));
    await vi.waitFor(() => expect(database.status().open).toBe(CONNECTIONS), { interval: 1 });
    await vi.waitFor(() => expect(database.status().inUse).toBe(CONNECTIONS), { interval: 1 });
    const backends = await outside.query(BACKENDS);
    expect(await rows).toEqual(Array.from({ length: CALLERS }, () => [[7]]));
    const shared = expect.toSatisfy((count: number) => count < CONNECTIONS, 'fewer than its callers');
    expect(backends).toEqual([[THROUGH_PGBOUNCER ? shared : CONNECTIONS]]);
    expect(await database.query(PREPARED)).toEqual([[THROUGH_PGBOUNCER ? 0 : 1]]);
  });
});
