/** Two databases of the test server, of which the second can be made like the first. */
import { createDatabase, type PooledDatabase } from '@rocket/platform';
import { createTestDatabase } from '../../../../tests/harness/servers/postgres.ts';
import { compareStructure } from '../../../src/moves/structure/compare-structure.ts';
import { readStructure } from '../../../src/moves/structure/read-structure.ts';
import { createRest, createTables, type RestStep } from '../../../src/moves/structure/structure-sql.ts';
import { LOGGER } from '../../support/test-outbox.ts';

export type Rows = readonly (readonly unknown[])[];

export interface TestPlace {
  readonly database: PooledDatabase;
  run(...texts: readonly string[]): Promise<void>;
  rows(text: string): Promise<Rows>;
  dispose(): Promise<void>;
}

export async function createPlace(): Promise<TestPlace> {
  const test = await createTestDatabase();
  const database = createDatabase({ url: test.url, logger: LOGGER, max: 4 });
  return {
    database,
    run: async (...texts) => {
      for (const text of texts) await database.query({ text, values: [] });
    },
    rows: (text) => database.query({ text, values: [] }),
    dispose: async () => {
      await database.close();
      await test.dispose();
    },
  };
}

/** Copies tables, then what `between` copies, then the rest; tells the steps of the rest. */
export async function copyStructure(
  source: PooledDatabase,
  target: PooledDatabase,
  between: () => Promise<void> = async () => undefined,
): Promise<RestStep[]> {
  const structure = await readStructure(source);
  await target.transaction(async (tx) => {
    for (const statement of createTables(structure)) await tx.query(statement);
  });
  await between();
  const rest = createRest(structure);
  for (const { statement } of rest) await target.query(statement);
  return rest;
}

export async function differences(source: PooledDatabase, target: PooledDatabase): Promise<string[]> {
  return compareStructure(await readStructure(source), await readStructure(target));
}
