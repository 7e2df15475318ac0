/** Postgres grants both locks at once only by a rare accident, so the deletion's own lock is left out here. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimRecords } from '../../src/write/delete/claim-records.ts';
import { createWriteApp, entity, parseApp, type WriteApp } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('parent', [], { keyType: 'int', generated: false }),
    entity('child', [{ name: 'parent_id', type: 'int' }]),
  ],
  relations: [
    {
      name: 'parent_children',
      type: 'one_to_many',
      source: 'parent',
      target: 'child',
      target_key: 'parent_id',
      on_delete: 'cascade',
    },
  ],
  sample_data: { parent: [{ id: 1 }, { id: 2 }] },
};

let app: WriteApp;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
});
afterAll(() => app.dispose());

it('a deletion that came together with a reference begins again, and then sees it', async () => {
  const parent = parseApp(DOCUMENT).model.entities.get('parent');
  if (parent === undefined) throw new Error('no entity parent');
  const statement = (text: string) => ({ text, values: [] });
  let attempts = 0;
  let seen: readonly unknown[] = [];
  const referred = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const creation = app.database.transaction(async (tx) => {
    await tx.query(statement('SELECT 1 FROM parents WHERE id = 1 FOR KEY SHARE'));
    await tx.query(statement('INSERT INTO childs (parent_id) VALUES (1)'));
    referred.resolve();
    await over.promise;
  });
  await referred.promise;
  await app.database.transaction(async (tx) => {
    attempts += 1;
    // The second time the lock that a deletion takes beforehand is there, and is not taken for another's.
    if (attempts > 1) await tx.query(statement('SELECT 1 FROM parents FOR UPDATE'));
    try {
      await claimRecords(tx, parent, ['1', '2']);
    } catch (error) {
      over.resolve();
      await creation;
      throw error;
    }
    seen = await tx.query(statement('SELECT parent_id FROM childs'));
  });
  expect([attempts, seen]).toEqual([2, [[1]]]);
  expect(await app.database.query(statement('SELECT DISTINCT _version::int FROM parents'))).toEqual([[1]]);
});
