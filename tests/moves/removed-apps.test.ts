/** Apps that are removed while they move, or after it: nothing is left of either. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { type Held, holdCopy } from './support/held.ts';
import { BUSY_MS, inDatabase, type Moves, movesOf } from './support/moves.ts';
import { NOTES } from './support/note-load.ts';

const IMPORT =
  'mutation ($name: ID!, $document: JSON!, $shard: ID) { importApp(name: $name, document: $document, shard: $shard) { outcome } }';
const REMOVE =
  'mutation ($name: ID!, $force: Boolean!) { removeApp(name: $name, force: $force) { removed leftDatabase } }';

let world: World;
let moves: Moves;
let place: readonly [server: string, database: string];
beforeAll(async () => {
  world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '1' });
  moves = movesOf(world);
});
afterAll(() => world?.dispose());
beforeEach(async () => {
  const variables = { name: world.app('notes'), document: NOTES, shard: 's1' };
  expect((await moves.admin(IMPORT, variables)).errors).toEqual([]);
  place = [world.serverUrl, (await moves.place('notes')).database];
});

const remove = async (force: boolean) =>
  fieldOf(await moves.admin(REMOVE, { name: world.app('notes'), force }), 'removeApp');

/** Databases of the app, and slots and subscriptions of the move. */
async function left(id: string): Promise<readonly string[]> {
  const rows = await inDatabase(
    [world.serverUrl, 'postgres'],
    `SELECT 'database ' || datname FROM pg_database WHERE starts_with(datname, $1)
     UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE starts_with(slot_name, $2)
     UNION ALL SELECT 'subscription ' || subname FROM pg_subscription WHERE starts_with(subname, $2)`,
    [place[1].replace(/-e\d+$/, ''), `rocket_${id.replaceAll('-', '')}`],
  );
  return rows.map(([what]) => String(what));
}

const nothingLeft = async (id: string) => {
  let seen: readonly string[] = [];
  await until(async () => {
    seen = await left(id);
    return seen.length === 0;
  }).catch((cause: unknown) => {
    throw new Error(`It is left: ${seen.join(', ')}`, { cause });
  });
};

it('an app that is removed by force while it is copied', async () => {
  let gate: Held | null = null;
  try {
    gate = await holdCopy(place);
    const { id } = await moves.request('notes', { to: 's2' });
    await moves.when(id, ({ phase }) => phase === 'copying');
    expect(await remove(true)).toMatchObject({ removed: true });
    await nothingLeft(id);
  } finally {
    const role = `gate_${place[1]}`.replaceAll('-', '_');
    if (gate !== null) await inDatabase([world.serverUrl, 'postgres'], `DROP ROLE IF EXISTS ${role}`);
  }
});

it(
  'an app that is removed while its former database is kept, and is imported and moved anew',
  async () => {
    const { id } = await moves.move('notes', { to: 's2' });
    expect(await remove(false)).toEqual({ removed: true, leftDatabase: null });
    await nothingLeft(id);
    const variables = { name: world.app('notes'), document: NOTES, shard: 's1' };
    expect((await moves.admin(IMPORT, variables)).errors).toEqual([]);
    const again = await moves.move('notes', { to: 's2' });
    expect(again).toMatchObject({ phase: 'kept', problem: null });
    expect((await world.askApp('notes', '{ notes { id } }')).data).toEqual({ notes: [] });
    expect(await remove(false)).toEqual({ removed: true, leftDatabase: null });
    await nothingLeft(again.id);
  },
  BUSY_MS,
);
