import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOutbox } from '../../src/outbox/read-outbox.ts';
import { createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

let app: WriteApp;
const run = (text: string) => app.database.query({ text, values: [] });
const insert = (count: number, columns: string, values: string) =>
  run(`INSERT INTO _outbox (subject, payload, ${columns})
       SELECT 'rocket.ev.a.b.create', '{}', ${values} FROM generate_series(1, ${count})`);

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate({ version: 1, entities: [entity('note', [])] });
});
afterEach(() => app.dispose());

it('an empty outbox has nothing to tell', async () => {
  expect(await readOutbox(app.database)).toEqual({
    waiting: 0,
    oldestWaitingMs: null,
    publishedLastHour: 0,
    countedUpTo: 50_000,
  });
});

it('counts what waits, since when, and what was published within the hour', async () => {
  await insert(2, 'published_at', "now() - interval '61 minutes'");
  await insert(3, 'published_at', "now() - interval '59 minutes'");
  await insert(1, 'created_at', "now() - interval '90 seconds'");
  await insert(1, 'created_at', "now() - interval '5 seconds'");
  const { oldestWaitingMs, ...counts } = await readOutbox(app.database);
  expect(counts).toEqual({ waiting: 2, publishedLastHour: 3, countedUpTo: 50_000 });
  expect(oldestWaitingMs).toBeGreaterThanOrEqual(90_000);
  expect(oldestWaitingMs).toBeLessThan(150_000);
});

it('is bounded in what it counts', async () => {
  await insert(60_000, 'published_at', 'now()');
  await insert(60_000, 'created_at', 'now()');
  expect(await readOutbox(app.database)).toMatchObject({ waiting: 50_000, publishedLastHour: 0 });
  await run('UPDATE _outbox SET published_at = now()');
  expect(await readOutbox(app.database)).toMatchObject({ waiting: 0, publishedLastHour: 50_000 });
});
