/** Sample rows that an import puts into tables in use are told, those of a new app are not. */
import { RocketError, readStream, type StreamRecord } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const named = (name: string) => entity(name, [{ name: 'name', type: 'string' }]);
const document = (more: object = {}) => ({
  version: 1,
  entities: [named('ticket'), named('label'), named('note')],
  relations: [
    {
      name: 'ticket_labels',
      type: 'many_to_many',
      source: 'ticket',
      target: 'label',
      join_table: 'labelled',
      source_join_key: 'ticket_id',
      target_join_key: 'label_id',
    },
  ],
  sample_data: {
    ticket: [{ id: ID, name: 'first' }],
    label: [{ id: ID, name: 'urgent' }],
    note: [{ id: ID, name: 'a' }],
    labelled: [{ ticket_id: ID, label_id: ID }],
    ...more,
  },
});

let app: WriteApp;
let heard: StreamRecord[];
let stopFollowing: () => void;
const rows = (text: string) => app.database.query({ text, values: [] });
const counts = async () =>
  (
    await rows(
      'SELECT (SELECT count(*)::int FROM tickets), (SELECT count(*)::int FROM labelled), (SELECT count(*)::int FROM notes)',
    )
  )[0];
const stored = async () =>
  (await rows('SELECT payload::text FROM _outbox ORDER BY id')).map(([text]) => String(text));
const tagsTold = async () =>
  (await stored()).map(readStream).map((told) => (told.kind === 'touched' ? told.touched.tags : told.kind));

beforeEach(async () => {
  app = await createWriteApp();
  heard = [];
  const follower = app.outbox.bus.follow({
    subject: 'rocket.>',
    from: { kind: 'after', position: 0 },
    onMessage: ({ payload }) => heard.push(readStream(payload)),
    onLost: (reason) => expect.fail(reason),
  });
  stopFollowing = () => follower.close();
  await app.activate(document());
});
afterEach(async () => {
  stopFollowing();
  await app.dispose();
});

const refusing = { write: () => Promise.reject(new RocketError('EVENTS_BEHIND')) };

it('a new app needs no stream and tells nothing', async () => {
  expect(await counts()).toEqual([1, 1, 1]);
  expect(await stored()).toEqual([]);
  expect(await rows('SELECT 1 FROM _writers')).toEqual([]);
  expect(heard).toEqual([]);
});

it('the same document again tells which tables got rows back, with all that is in them', async () => {
  await rows('DELETE FROM tickets');
  await rows('DELETE FROM labelled');
  expect(await app.activate(document())).toEqual({ changes: [], rowsInserted: 2 });
  expect(await counts()).toEqual([1, 1, 1]);
  await expect.poll(() => heard.map(({ kind }) => kind)).toEqual(['open', 'touched']);
  expect(heard[1]).toMatchObject({
    touched: { app: 'test_app', epoch: 1, tags: ['test_app.ticket', 'test_app.labelled'], omitted: true },
  });
});

it('a new revision tells rows that its sample data adds, at the epoch that it is activated at', async () => {
  const note = [
    { id: ID, name: 'a' },
    { id: OTHER, name: 'b' },
  ];
  expect(await app.activate(document({ note }), { revision: 2, epoch: 3 })).toMatchObject({
    rowsInserted: 1,
  });
  expect((await stored()).map(readStream)).toMatchObject([
    { kind: 'touched', touched: { epoch: 3, tags: ['test_app.note'] } },
  ]);
});

it('an import that inserts nothing needs no stream', async () => {
  await expect(app.activate(document(), { outbox: refusing })).resolves.toMatchObject({ rowsInserted: 0 });
  await expect(app.activate(document(), { revision: 2, outbox: refusing })).resolves.toBeDefined();
  expect(await stored()).toEqual([]);
});

it('rows that cannot be told are not inserted, and nothing else of the import is done', async () => {
  await rows('DELETE FROM tickets');
  const grown = { ...document(), entities: [...document().entities, named('later')] };
  await expect(app.activate(grown, { revision: 2, outbox: refusing })).rejects.toMatchObject({
    code: 'EVENTS_BEHIND',
  });
  expect(await counts()).toEqual([0, 1, 1]);
  expect(await rows(`SELECT to_regclass('laters')`)).toEqual([[null]]);
  expect(await rows(`SELECT value FROM _meta WHERE key = 'revision'`)).toEqual([[1]]);
});

it('rows whose event cannot be stored are not inserted', async () => {
  await rows('DELETE FROM tickets');
  await rows('ALTER TABLE _outbox ADD CONSTRAINT no_room CHECK (false)');
  await expect(app.activate(document())).rejects.toThrow();
  expect(await counts()).toEqual([0, 1, 1]);
  await rows('ALTER TABLE _outbox DROP CONSTRAINT no_room');
  expect(await app.activate(document())).toMatchObject({ rowsInserted: 1 });
  expect(await tagsTold()).toEqual([['test_app.ticket']]);
});

it('a writer that was ended meanwhile is followed by another one', async () => {
  await rows('DELETE FROM tickets');
  await app.activate(document());
  await rows('DELETE FROM notes');
  await rows('DELETE FROM _writers');
  expect(await app.activate(document())).toMatchObject({ rowsInserted: 1 });
  expect(await tagsTold()).toEqual([['test_app.ticket'], ['test_app.note']]);
  expect(await rows('SELECT count(DISTINCT writer)::int FROM _outbox')).toEqual([[2]]);
});
