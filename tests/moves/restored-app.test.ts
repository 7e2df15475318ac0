/** An app whose shard is lost goes on from a database that was restored from a backup. */
import { createDatabase, createLogger, databaseUrl, type PooledDatabase } from '@rocket/platform';
import { appName, type Placement, shardName } from '@rocket/schema';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

const LOST = 'lost';
const RESTORE = `mutation Restore($name: ID!, $shard: ID!, $database: String) {
  restoreApp(name: $name, shard: $shard, database: $database) { name epoch state shard { name } }
}`;
const CREATE = 'mutation { createNote(input: {title: "after"}) { note { title } errors { message } } }';

let world: World;
let outside: PooledDatabase;
let placement: Placement;

beforeAll(async () => {
  world = await createWorld();
  await world.importApp('notes', {
    version: 1,
    entities: [noteEntity({ name: 'title', type: 'string', required: true })],
    sample_data: { note: [{ id: '00000000-0000-4000-8000-000000000001', title: 'before' }] },
  });
  await world.askApp('notes', CREATE.replace('after', 'in the backup'), { once: true });
  placement = await placed();
  const url = databaseUrl(inject('postgresServerUrl'), placement.database);
  outside = createDatabase({ url, logger: createLogger({ level: 'silent', name: 'test' }) });
  // A shard whose server and process are gone, with the app on it.
  const dead = 'postgres://postgres@127.0.0.1:1/postgres';
  await world.catalog.addShard({ name: shardName(LOST), databaseUrl: dead, url: 'http://127.0.0.1:1' });
});
afterAll(async () => {
  await outside.close();
  await world.dispose();
});

async function placed(): Promise<Placement> {
  const found = (await world.catalog.snapshot()).shardMap.placements.get(appName(world.app('notes')));
  if (found === undefined) throw new Error('The app is on no shard');
  return found;
}

async function lose(): Promise<void> {
  const { app, epoch } = await placed();
  const to = { shard: shardName(LOST), database: 'rocket_lost', state: 'active' } as const;
  await world.catalog.replacePlacement({ app, epoch }, to);
}

const restore = (database: string, shard = 's1') =>
  world.ask('/admin/graphql', RESTORE, { variables: { name: world.app('notes'), shard, database } });

test('an app whose shard answers is moved, not restored', async () => {
  const answer = await restore(placement.database, placement.shard === 's1' ? 's2' : 's1');
  expect(answer.errors[0]?.message).toMatch(/answers: the app is not lost/);
  expect(await placed()).toEqual(placement);
});

test('a database that is not the app’s is refused, and the app stays where it was', async () => {
  await lose();
  const lost = await placed();
  const missing = await restore('rocket_nothing');
  expect(missing.errors[0]?.message).toMatch(/has no database rocket_nothing/);
  const foreign = await restore('postgres');
  expect(foreign.errors[0]?.extensions['code']).toBe('CONFLICT');
  expect(await placed()).toMatchObject({ shard: lost.shard, database: lost.database });
});

test('it goes on from the database, which takes writes, with numbers that were never given', async () => {
  const [[before] = []] = await outside.query({ text: 'SELECT max(id)::text FROM _outbox', values: [] });
  const restored = await restore(placement.database);
  expect(restored.errors).toEqual([]);
  expect(fieldOf(restored, 'restoreApp')).toMatchObject({ state: 'active', shard: { name: 's1' } });
  const created = await world.askApp('notes', CREATE, { once: true });
  expect(fieldOf(created, 'createNote')).toEqual({ note: { title: 'after' }, errors: [] });
  const all = await world.askApp('notes', '{ notes(orderBy: {title: ASC}) { title } }');
  expect(all.data).toEqual({ notes: [{ title: 'after' }, { title: 'before' }, { title: 'in the backup' }] });
  const [[id, epoch] = []] = await outside.query({
    text: `SELECT id::text, payload->>'epoch' FROM _outbox ORDER BY id DESC LIMIT 1`,
    values: [],
  });
  expect(BigInt(String(id))).toBeGreaterThan(BigInt(String(before)) + 1_000_000n);
  expect(Number(epoch)).toBe((await placed()).epoch);
});
