/** What becomes of a writer when the stream or another process does not play along. */
import { createInProcessBus } from '@rocket/platform';
import { appName, RocketError } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppWriters } from '../../src/outbox/writers/app-writers.ts';
import { createWriteApp, LOGGER, type WriteApp } from '../support/write-app.ts';

const NOT_IDLE = { idleMs: 60_000, announceMs: 60_000 };
const IDLE = { idleMs: 0, announceMs: 60_000 };

let app: WriteApp;
let writers: AppWriters;
/** What followers know, whether or not it was confirmed. */
let said: { readonly kind: 'open' | 'closed'; readonly writer: string }[];
let isConfirmed: boolean;

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate({ version: 1, entities: [] });
  said = [];
  isConfirmed = true;
  writers = new AppWriters({
    app: appName('test_app'),
    database: { primary: app.database, committed: () => Promise.reject(new Error('nothing is published')) },
    bus: createInProcessBus({ logger: LOGGER }),
    checked: () => Promise.resolve(),
    logger: LOGGER,
    announcer: {
      process: 'test',
      async opened(_app, writer) {
        said.push({ kind: 'open', writer });
        if (!isConfirmed) throw new RocketError('EVENTS_BEHIND');
      },
      async closed(_app, writer) {
        said.push({ kind: 'closed', writer });
      },
    },
  });
});

afterEach(() => app.dispose());

it('one whose announcement was not confirmed beats, and is the next to be opened', async () => {
  isConfirmed = false;
  await expect(writers.open()).rejects.toMatchObject({ code: 'EVENTS_BEHIND' });
  const [first] = said;
  expect(writers.beat()).toMatchObject([{ writer: first?.writer }]);
  isConfirmed = true;
  const opened = await writers.open();
  expect(opened.id).toBe(first?.writer);
  expect(writers.beat()).toHaveLength(1);
});

it('one whose announcement was not confirmed is said closed when nobody writes any more', async () => {
  isConfirmed = false;
  await expect(writers.open()).rejects.toMatchObject({ code: 'EVENTS_BEHIND' });
  await writers.tend(NOT_IDLE);
  expect(said.map(({ kind }) => kind)).toEqual(['open']);
  await writers.tend(IDLE);
  await writers.tend(IDLE);
  expect(said.map(({ kind }) => kind)).toEqual(['open', 'closed']);
  expect(writers.beat()).toEqual([]);
});

it('one under which a transaction is open is not idle, however long that takes', async () => {
  const writer = await writers.open();
  await writer.run(() => writers.tend(IDLE));
  expect(writers.current).toBe(writer);
  await writers.tend(IDLE);
  expect(writers.current).toBe(null);
});

it('one that another process has ended stays in the beats until what it committed is on the stream', async () => {
  const writer = await writers.open();
  const commit = writer.commits.begin();
  writers.ended(writer);
  expect(writers.current).toBe(null);
  await writers.tend(NOT_IDLE);
  writers.beat();
  expect(writers.beat()).toEqual([{ writer: writer.id, isClear: false }]);
  writer.commits.end(commit);
  await writers.tend(NOT_IDLE);
  expect(said.at(-1)).toEqual({ kind: 'closed', writer: writer.id });
  expect(writers.beat()).toEqual([]);
});

it('what could not be said again after a lost connection is said later', async () => {
  const writer = await writers.open();
  isConfirmed = false;
  await expect(writers.announceAgain()).rejects.toMatchObject({ code: 'EVENTS_BEHIND' });
  isConfirmed = true;
  await writers.tend(NOT_IDLE);
  await writers.tend(NOT_IDLE);
  expect(said).toEqual(Array.from({ length: 3 }, () => ({ kind: 'open', writer: writer.id })));
});

it('a commit in doubt is looked up even where its writer is being closed', async () => {
  const writer = await writers.open();
  writer.commits.begin();
  writers.ended(writer);
  writers.doubt(writer);
  await expect.poll(() => said.at(-1)).toEqual({ kind: 'closed', writer: writer.id });
  expect(writers.beat()).toEqual([]);
});
