/** A stream that lost what it had acknowledged gets it again, and nothing else. */
import { createDatabase, createInProcessBus, type EventBus, type StreamMessage } from '@rocket/platform';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCommitTracker } from '../../src/databases/commit-tracker.ts';
import { restorePublished } from '../../src/outbox/relay/restore-published.ts';
import { sweepOutbox } from '../../src/outbox/relay/sweep-outbox.ts';
import type { WritePipeline } from '../../src/write/pipeline.ts';
import { keyOf } from '../support/fresh-writes.ts';
import { createTestOutbox, type TestOutbox } from '../support/test-outbox.ts';
import { ADMIN, createWriteApp, entity, LOGGER, parseApp, type WriteApp } from '../support/write-app.ts';

const DOCUMENT = { version: 1, entities: [entity('note', [{ name: 'body', type: 'string' }])] };
const EVENTS = 37;

let app: WriteApp;
let outbox: TestOutbox;
let writes: WritePipeline;
let published: readonly StreamMessage[];
const rows = (text: string) => app.database.query({ text, values: [] });

/** Its positions are kept, as those of a server's stream are. */
const lastingBus = (): EventBus => ({ ...createInProcessBus({ logger: LOGGER }), outlivesProcess: true });

async function messagesOf(bus: EventBus): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  const { last } = await bus.range();
  for (let position = 1; position <= last; position += 1) {
    const message = await bus.messageAt(position);
    if (message !== null) messages.push(message);
  }
  return messages;
}

/** The stream as it was after its first messages. */
async function copyOf(messages: readonly StreamMessage[]): Promise<EventBus> {
  const bus = lastingBus();
  await bus.publish(messages.map(({ subject, payload, id }) => ({ subject, payload, id: id ?? '' })));
  return bus;
}

async function restoreTo(bus: EventBus): Promise<number> {
  const database = createDatabase({ url: app.url, logger: LOGGER, max: 2 });
  try {
    const { position } = createCommitTracker(database, { timeline: 1 });
    const of = {
      app: parseApp(DOCUMENT).model.app,
      bus,
      database: { primary: database, committed: position },
    };
    const missing = await restorePublished(of);
    expect(await sweepOutbox({ ...of, of: { writer: null, upTo: null } })).toBe(missing);
    return missing;
  } finally {
    await database.close();
  }
}

const idsOf = (messages: readonly StreamMessage[]) => messages.map(({ id }) => id).toSorted();

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  const bus = lastingBus();
  outbox = createTestOutbox(app.url, { bus });
  writes = app.writes(DOCUMENT, outbox);
  for (let number = 0; number < EVENTS; number += 1) {
    keyOf(await writes.create(ADMIN, 'note', { body: `n${number}` }));
  }
  await expect.poll(() => rows('SELECT 1 FROM _outbox WHERE position IS NULL')).toEqual([]);
  // Without what the writer said, which is not of the outbox.
  published = (await messagesOf(bus)).filter(({ subject }) => subject.startsWith('rocket.ev.'));
});
afterEach(async () => {
  await outbox.dispose();
  await app.dispose();
});

it('a whole stream gets nothing again', async () => {
  expect(published).toHaveLength(EVENTS);
  const bus = await copyOf(await messagesOf(outbox.bus));
  expect(await restoreTo(bus)).toBe(0);
});

it.each([0, 1, 2, 18, EVENTS - 1, EVENTS])(
  'one that has its first %i messages gets the others',
  async (kept) => {
    const all = await messagesOf(outbox.bus);
    const bus = await copyOf(all.slice(0, kept));
    const before = idsOf(await messagesOf(bus));
    const missing = published.filter(({ id }) => !before.includes(id));
    expect(await restoreTo(bus)).toBe(missing.length);
    const after = await messagesOf(bus);
    expect(idsOf(after.filter(({ subject }) => subject.startsWith('rocket.ev.')))).toEqual(idsOf(published));
    expect(after.slice(0, kept).map(({ id }) => id)).toEqual(all.slice(0, kept).map(({ id }) => id));
    // Now it is whole.
    expect(await restoreTo(bus)).toBe(0);
  },
);

it('one that went on without what it lost gets it too', async () => {
  const all = await messagesOf(outbox.bus);
  const bus = await copyOf(all.slice(0, 10));
  const others = Array.from({ length: 60 }, (_, number) => ({
    subject: 'rocket.ev.other.thing.create',
    payload: '{}',
    id: `other:1:${number}`,
  }));
  await bus.publish(others);
  await restoreTo(bus);
  const after = await messagesOf(bus);
  expect(idsOf(after.filter(({ subject }) => subject.startsWith('rocket.ev.test_app')))).toEqual(
    idsOf(published),
  );
});

it('an outbox without events has nothing to compare', async () => {
  await rows('DELETE FROM _outbox');
  expect(await restoreTo(lastingBus())).toBe(0);
});
