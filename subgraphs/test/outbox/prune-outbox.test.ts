import { afterEach, beforeEach, expect, it } from 'vitest';
import { prunePublished } from '../../src/outbox/prune-outbox.ts';
import { createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

const DOCUMENT = { version: 1, entities: [entity('note', [{ name: 'body', type: 'string' }])] };

let app: WriteApp;
const rows = (text: string) => app.database.query({ text, values: [] });
const never = new AbortController().signal;

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
});
afterEach(() => app.dispose());

/** @param age of their publication, as SQL has intervals; null for events that wait */
const events = (count: number, age: string | null) =>
  rows(`INSERT INTO _outbox (subject, payload, published_at)
        SELECT 's', '{}', ${age === null ? 'NULL' : `now() - interval '${age}'`} FROM generate_series(1, ${count})`);

it('removes what was published more than a day ago, in parts, and nothing that waits or is younger', async () => {
  await events(2, null);
  await events(2_500, '25 hours');
  await events(3, '23 hours');
  await events(1, '2 days');
  expect(await prunePublished(app.database, never)).toBe(2_501);
  expect(await rows('SELECT count(*)::int, count(published_at)::int FROM _outbox')).toEqual([[5, 3]]);
  expect(await prunePublished(app.database, never)).toBe(0);
});

it('stops when it is told to', async () => {
  await events(2_500, '25 hours');
  const stop = new AbortController();
  const removed = prunePublished(app.database, stop.signal);
  stop.abort();
  expect(await removed).toBeLessThanOrEqual(500);
});

it('forgets writers that ended more than a day ago', async () => {
  await rows(`INSERT INTO _writers (id, process, timeline, ended_at) VALUES
    ('old', 'p', '00000001', now() - interval '2 days'), ('late', 'p', '00000001', now()), ('open', 'p', '00000001', NULL)`);
  await prunePublished(app.database, never);
  expect(await rows('SELECT id FROM _writers ORDER BY 1')).toEqual([['late'], ['open']]);
});
