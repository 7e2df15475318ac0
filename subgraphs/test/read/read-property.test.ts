/** Random reads of random records: what one statement answers is what naive loops over the records answer. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { callerName, checkRead, checkWorlds } from '../support/random-reads/check-read.ts';
import { checkWalk, walkArbitrary } from '../support/random-reads/check-walk.ts';
import { ReadArbitraries } from '../support/random-reads/read-arbitrary.ts';
import { worldData } from '../support/random-reads/world/world-data.ts';
import { WORLD_DOCUMENT } from '../support/random-reads/world/world-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { THROUGH_PGBOUNCER } from '../support/read-database.ts';

const SEED = 20_260_101;
// What a pooler could break does not take as many: it knows nothing of records.
const WORLDS = THROUGH_PGBOUNCER ? 13 : 60;
const READS_PER_WORLD = 20;
const WALKED_WORLDS = THROUGH_PGBOUNCER ? 4 : 20;
const WALKS_PER_WORLD = 10;
const TIMEOUT_MS = 600_000;
/** Levels of records below the root. */
const DEPTH = 3;

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(WORLD_DOCUMENT);
});
afterAll(() => app?.dispose());

describe('random reads of random records', () => {
  it(
    'answer what naive loops answer, in one statement',
    async () => {
      const read = fc.record({ caller: callerName, read: new ReadArbitraries(app.model).root(DEPTH) });
      await checkWorlds(
        app,
        {
          data: worldData,
          cases: fc.array(read, { minLength: READS_PER_WORLD, maxLength: READS_PER_WORLD }),
          check: (data, one) => checkRead(app, data, one),
        },
        { seed: SEED, runs: WORLDS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'find every record once on the pages of a connection, from both ends and between two cursors',
    async () => {
      await checkWorlds(
        app,
        {
          data: worldData,
          cases: fc.array(walkArbitrary(app.model), {
            minLength: WALKS_PER_WORLD,
            maxLength: WALKS_PER_WORLD,
          }),
          check: (data, one) => checkWalk(app, data, one),
        },
        { seed: SEED, runs: WALKED_WORLDS },
      );
    },
    TIMEOUT_MS,
  );
});
