/** The outbox is written once, when a transaction has made all its changes, and tells those that were committed. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WritePipeline, WriteResult } from '../../src/write/pipeline.ts';
import { ADMIN, createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

const belongsTo = (target: string, onDelete: string) => ({
  name: `${target}_note_${onDelete}`,
  type: 'one_to_many',
  source: target,
  target: 'note',
  target_key: `${onDelete}_id`,
  on_delete: onDelete,
});

const DOCUMENT = {
  version: 1,
  entities: [
    entity('folder', [{ name: 'name', type: 'string' }]),
    entity('note', [
      { name: 'cascade_id', type: 'uuid' },
      { name: 'set_null_id', type: 'uuid' },
    ]),
  ],
  relations: [belongsTo('folder', 'cascade'), belongsTo('folder', 'set_null')],
};

let app: WriteApp;
let writes: WritePipeline;
const rows = (text: string) => app.database.query({ text, values: [] });

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  writes = app.writes(DOCUMENT);
});
afterEach(() => app.dispose());

function keyOf(result: WriteResult): string {
  if (!result.ok) throw new Error(result.errors.map(({ message }) => message).join('; '));
  return result.key;
}

/** Counts the statements that insert events. Sequences keep what a rollback undoes. */
async function onEvents(body: string): Promise<void> {
  await rows('CREATE SEQUENCE insertions');
  await rows(
    `CREATE FUNCTION on_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$`,
  );
  await rows('CREATE TRIGGER seen AFTER INSERT ON _outbox FOR EACH STATEMENT EXECUTE FUNCTION on_events()');
}

it('tells the changes of the attempt that was committed, once', async () => {
  await onEvents(
    `IF nextval('insertions') < 3 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure'; END IF;`,
  );
  const id = keyOf(await writes.create(ADMIN, 'folder', { name: 'a' }));
  expect(await rows('SELECT last_value::int FROM insertions')).toEqual([[3]]);
  expect(await rows(`SELECT payload->>'key', payload->>'op' FROM _outbox`)).toEqual([[id, 'create']]);
  expect(await rows('SELECT count(*)::int FROM folders')).toEqual([[1]]);
});

it('tells all changes of a transaction with one statement', async () => {
  const folder = keyOf(await writes.create(ADMIN, 'folder', { name: 'a' }));
  for (const field of ['cascade_id', 'cascade_id', 'set_null_id']) {
    keyOf(await writes.create(ADMIN, 'note', { [field]: folder }));
  }
  await rows('DELETE FROM _outbox');
  await onEvents(`PERFORM nextval('insertions');`);
  keyOf(await writes.delete(ADMIN, 'folder', { id: folder }));
  expect(await rows('SELECT last_value::int FROM insertions')).toEqual([[1]]);
  expect(await rows(`SELECT payload->>'entity', payload->>'op' FROM _outbox ORDER BY id`)).toEqual([
    ['note', 'update'],
    ['folder', 'delete'],
    ['note', 'delete'],
    ['note', 'delete'],
  ]);
});

it('is not written to by a transaction that changes nothing', async () => {
  const id = keyOf(await writes.create(ADMIN, 'folder', { name: 'a' }));
  await onEvents(`PERFORM nextval('insertions');`);
  keyOf(await writes.update(ADMIN, 'folder', { id, patch: { name: 'a' } }));
  expect(await rows('SELECT is_called FROM insertions')).toEqual([[false]]);
});
