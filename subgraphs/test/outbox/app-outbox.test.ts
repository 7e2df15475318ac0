/** What was committed reaches the stream, under a writer that followers know of. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readStream, type StreamRecord } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settleWriter } from '../../src/outbox/writers/settle-writer.ts';
import type { WritePipeline } from '../../src/write/pipeline.ts';
import { keyOf } from '../support/fresh-writes.ts';
import { ADMIN, createWriteApp, entity, parseApp, type WriteApp } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('folder', [{ name: 'name', type: 'string' }]),
    entity('note', [
      { name: 'folder_id', type: 'uuid' },
      { name: 'body', type: 'string' },
    ]),
  ],
  relations: [
    { name: 'folder_notes', type: 'one_to_many', source: 'folder', target: 'note', target_key: 'folder_id' },
  ],
};

let app: WriteApp;
let writes: WritePipeline;
let stream: StreamRecord[];
let stopFollowing: () => void;
const rows = (text: string, values: readonly unknown[] = []) => app.database.query({ text, values });
const create = async (name: string) => keyOf(await writes.create(ADMIN, 'folder', { name }));
const told = () =>
  stream.flatMap((record) => (record.kind === 'change' ? [record.event.record?.['name']] : []));
const writersSaid = (kind: 'open' | 'closed') =>
  stream.flatMap((record) => (record.kind === kind ? [record.writer] : []));

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  writes = app.writes(DOCUMENT);
  stream = [];
  const follower = app.outbox.bus.follow({
    subject: 'rocket.>',
    from: { kind: 'after', position: 0 },
    onMessage: ({ payload }) => stream.push(readStream(payload)),
    onLost: (reason) => expect.fail(reason),
  });
  stopFollowing = () => follower.close();
});
afterEach(async () => {
  stopFollowing();
  await app.dispose();
});

it('a change is told after its commit, with a position of the log that is past it, and then marked', async () => {
  const id = await create('a');
  await expect.poll(() => stream.length).toBe(2);
  const [opened, change] = stream;
  expect(opened).toMatchObject({ kind: 'open', app: 'test_app', process: 'test' });
  expect(change).toMatchObject({
    kind: 'change',
    event: { app: 'test_app', entity: 'folder', op: 'create', key: id, epoch: 1, omitted: false },
  });
  const event = change?.kind === 'change' ? change.event : null;
  const [[passed] = []] = await rows(
    `SELECT $1::pg_lsn > '0/0' AND $1::pg_lsn <= pg_current_wal_insert_lsn()`,
    [event?.lsn],
  );
  expect(passed).toBe(true);
  await expect
    .poll(() => rows('SELECT id::text FROM _outbox WHERE published_at IS NOT NULL'))
    .toEqual([[event?.id]]);
});

it('events of a record are told in the order of its versions', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, number) => create(`n${number}`)));
  await expect.poll(() => told().length).toBe(40);
  const id = await create('counted');
  for (let count = 0; count < 20; count += 1) {
    keyOf(await writes.update(ADMIN, 'folder', { id, patch: { name: `v${count}` } }));
  }
  await expect.poll(() => told().length).toBe(61);
  const versions = stream.flatMap((record) =>
    record.kind === 'change' && record.event.key === id ? [record.event.version] : [],
  );
  expect(versions).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
});

it('a write that changes nothing says nothing', async () => {
  const id = await create('a');
  await expect.poll(() => stream.length).toBe(2);
  keyOf(await writes.update(ADMIN, 'folder', { id, patch: { name: 'a' } }));
  await sleep(50);
  expect(stream).toHaveLength(2);
});

describe('a writer that another process ends', () => {
  const settle = (writer: string) => {
    const committed = () => Promise.reject(new Error('nothing is left to publish'));
    return settleWriter({
      app: parseApp(DOCUMENT).model.app,
      bus: app.outbox.bus,
      writer: { id: writer, process: 'test' },
      database: { primary: app.database, committed },
    });
  };

  it('is followed by another one, and no write is lost or refused', async () => {
    await create('a');
    await expect.poll(() => rows('SELECT 1 FROM _outbox WHERE published_at IS NULL')).toEqual([]);
    const [[writer] = []] = await rows('SELECT id FROM _writers');
    await settle(String(writer));
    await create('b');
    await expect.poll(told).toEqual(['a', 'b']);
    expect(new Set(writersSaid('open')).size).toBe(2);
    expect(await rows('SELECT ended_at IS NULL FROM _writers ORDER BY entered_at')).toEqual([
      [false],
      [true],
    ]);
  });

  it('before it was entered is not entered any more', async () => {
    await create('a');
    await expect.poll(() => rows('SELECT 1 FROM _outbox WHERE published_at IS NULL')).toEqual([]);
    const [[writer] = []] = await rows('SELECT id FROM _writers');
    await rows('DELETE FROM _writers');
    await settle(String(writer));
    await rows(
      `INSERT INTO _writers (id, process, timeline) VALUES ($1, 'test', '00000001') ON CONFLICT DO NOTHING`,
      [writer],
    );
    await create('b');
    await expect.poll(told).toEqual(['a', 'b']);
    expect(await rows('SELECT count(DISTINCT writer)::int FROM _outbox')).toEqual([[2]]);
  });

  it('commits nothing more, even where the insert waits for the lock of the one who ends it', async () => {
    await create('a');
    const [[writer] = []] = await rows('SELECT id FROM _writers');
    let later: Promise<string> | undefined;
    await app.database.transaction(async (tx) => {
      await tx.query({ text: 'LOCK TABLE _outbox IN SHARE MODE', values: [] });
      later = create('b');
      await expect
        .poll(() =>
          // Of this database: other files wait for theirs on the same server.
          rows(`SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%_outbox%'`),
        )
        .not.toEqual([]);
      await tx.query({ text: 'DELETE FROM _writers', values: [] });
    });
    await later;
    expect(await rows('SELECT count(*)::int FROM _outbox WHERE writer = $1', [writer])).toEqual([[1]]);
    expect(await rows('SELECT count(DISTINCT writer)::int FROM _outbox')).toEqual([[2]]);
    await expect.poll(told).toEqual(['a', 'b']);
  });
});

it('a writer of before a promotion ends, and numbers that it may have given do not come again', async () => {
  await create('a');
  const [[before] = []] = await rows('SELECT max(id)::int FROM _outbox');
  // As the promoted replica finds them.
  await rows(`UPDATE _writers SET timeline = '00000000'`);
  await rows(`UPDATE _meta SET value = '"00000000"' WHERE key = 'timeline'`);
  await create('b');
  const [[after] = []] = await rows('SELECT max(id)::float8 FROM _outbox');
  expect(Number(after) - Number(before)).toBeGreaterThan(1_000_000_000);
  await create('c');
  const [[next] = []] = await rows('SELECT max(id)::float8 FROM _outbox');
  expect(Number(next) - Number(after)).toBe(1);
  await expect.poll(told).toEqual(['a', 'b', 'c']);
});

describe('a commit whose outcome is unknown', () => {
  const crash = (when: string) =>
    rows(`CREATE FUNCTION end_backend() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`).then(() =>
      rows(
        `CREATE CONSTRAINT TRIGGER crash AFTER INSERT ON _outbox ${when} FOR EACH ROW EXECUTE FUNCTION end_backend()`,
      ),
    );

  it('is looked up under the lock, and until then nothing is claimed for it', async () => {
    await create('a');
    await expect.poll(told).toEqual(['a']);
    await crash('DEFERRABLE INITIALLY DEFERRED');
    await expect(create('b')).rejects.toMatchObject({ code: 'SHARD_UNAVAILABLE' });
    await rows('DROP TRIGGER crash ON _outbox');
    await create('c');
    await expect.poll(() => writersSaid('closed').length).toBe(1);
    expect(writersSaid('closed')).toEqual(writersSaid('open').slice(0, 1));
    expect(await rows('SELECT name FROM folders ORDER BY 1')).toEqual([['a'], ['c']]);
    await expect.poll(told).toEqual(['a', 'c']);
  });
});

it('closing ends the writer in the database and on the stream', async () => {
  await create('a');
  await app.outbox.close(5_000);
  expect(await rows('SELECT 1 FROM _writers')).toEqual([]);
  expect(await rows('SELECT 1 FROM _outbox WHERE published_at IS NULL')).toEqual([]);
  await expect.poll(() => stream.map(({ kind }) => kind)).toEqual(['open', 'change', 'closed']);
  await expect(create('b')).rejects.toMatchObject({ code: 'NOT_READY' });
});

it('a database of before the writers gets their table with the first write', async () => {
  await rows('DROP TABLE _writers');
  await rows('ALTER TABLE _outbox DROP COLUMN writer, DROP COLUMN position');
  await create('a');
  await expect.poll(told).toEqual(['a']);
});

describe('beats', () => {
  it('claim nothing at the first, then what was settled before the one before', async () => {
    await create('a');
    await expect.poll(told).toEqual(['a']);
    expect(app.outbox.writers.beat()).toMatchObject([{ isClear: false }]);
    expect(app.outbox.writers.beat()).toMatchObject([{ isClear: true }]);
  });

  it('do not claim what is being committed', async () => {
    await create('a');
    await expect.poll(told).toEqual(['a']);
    app.outbox.writers.beat();
    let later: Promise<string> | undefined;
    await app.database.transaction(async (tx) => {
      await tx.query({ text: 'LOCK TABLE _outbox IN SHARE MODE', values: [] });
      later = create('b');
      await expect
        .poll(() =>
          rows(`SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%_outbox%'`),
        )
        .not.toEqual([]);
      // Begun after the moment of the beat before.
      expect(app.outbox.writers.beat()).toMatchObject([{ isClear: true }]);
      expect(app.outbox.writers.beat()).toMatchObject([{ isClear: false }]);
    });
    await later;
    await expect.poll(told).toEqual(['a', 'b']);
    expect(app.outbox.writers.beat()).toMatchObject([{ isClear: true }]);
  });
});
