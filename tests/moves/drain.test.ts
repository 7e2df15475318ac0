/** A shard that is emptied: its apps move away while they are used, and it can be removed when nothing is kept there. */
import { appName, shardName } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { BUSY_MS, inDatabase, type MoveSeen, type Moves, movesOf } from './support/moves.ts';
import { NOTES, notesOf, startLoad } from './support/note-load.ts';

const APPS = ['one', 'two', 'three', 'four', 'five'];
const BUSY = ['one', 'two'];
const DRAIN = `mutation ($name: ID!, $parallel: Int! = 1) { drainShard(name: $name, parallel: $parallel) {
  shard { name state } moves { id app from to phase } refused { app reason } } }`;
const REMOVE = 'mutation ($name: ID!) { removeShard(name: $name) { name apps leftDatabases } }';
const UNDRAIN = 'mutation ($name: ID!) { undrainShard(name: $name) { name state } }';

interface Drained {
  readonly shard: { readonly name: string; readonly state: string };
  readonly moves: readonly MoveSeen[];
  readonly refused: readonly { readonly app: string; readonly reason: string }[];
}

let world: World;
let moves: Moves;
beforeAll(async () => {
  world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '1' });
  moves = movesOf(world);
  for (const app of APPS) await importTo('s1', app);
});
afterAll(() => world?.dispose());

async function importTo(shard: string, app: string): Promise<void> {
  const query =
    'mutation ($name: ID!, $document: JSON!, $shard: ID) { importApp(name: $name, document: $document, shard: $shard) { outcome } }';
  const variables = { name: world.app(app), document: NOTES, shard };
  expect((await moves.admin(query, variables)).errors).toEqual([]);
}

const drain = async (name: string, parallel = 1) =>
  fieldOf<Drained>(await moves.admin(DRAIN, { name, parallel }), 'drainShard');

/** All moves of a drain, when they are over. */
const over = (drained: Drained) =>
  Promise.all(drained.moves.map(({ id }) => moves.when(id, ({ isOver }) => isOver)));

describe('a drain', () => {
  it('with apps at the wrong number at once is refused, and the shard takes apps as before', async () => {
    for (const parallel of [0, 17])
      expect((await moves.admin(DRAIN, { name: 's1', parallel })).errors).toMatchObject([
        { message: '`parallel` must be between 1 and 16', extensions: { code: 'BAD_REQUEST' } },
      ]);
    expect((await world.catalog.snapshot()).shardMap.shards.get(shardName('s1'))?.state).toBe('active');
  });

  it(
    'moves all apps away while they are used, and tells of one that cannot be moved',
    async () => {
      const empty = appName(world.app('empty'));
      await world.catalog.createApp({ app: empty, shard: shardName('s1'), database: `app_${empty}` });
      const loads = BUSY.map((app) => ({ app, load: startLoad(world, app, 1) }));
      await until(() => loads.every(({ load }) => load.acknowledged.size > 0));
      const drained = await drain('s1', 2);
      expect(drained.shard).toEqual({ name: 's1', state: 'draining' });
      expect(drained.moves.map(({ app, from, to }) => [app, from, to]).toSorted()).toEqual(
        APPS.map((app) => [world.app(app), 's1', 's2']).toSorted(),
      );
      expect(drained.refused).toEqual([
        { app: empty, reason: `App ${empty} has no active document yet, so there is nothing to move` },
      ]);
      expect((await over(drained)).map(({ phase, problem }) => [phase, problem])).toEqual(
        APPS.map(() => ['kept', null]),
      );
      for (const { app, load } of loads) {
        await load.stop();
        expect(load.failures).toEqual([]);
        expect(new Map(await notesOf(world, app))).toEqual(new Map(load.acknowledged));
      }
      for (const app of APPS) expect(await moves.place(app)).toMatchObject({ shard: 's2' });
      await world.catalog.removeApp(empty);
    },
    BUSY_MS,
  );

  it('leaves a shard that is not removed while former databases are kept', async () => {
    const { errors } = await moves.admin(REMOVE, { name: 's1' });
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(
          /^Shard s1 keeps former databases of apps: (\w+ \(until [^)]+\)(, |$)){5}/,
        ),
        extensions: {
          code: 'CONFLICT',
          hint: 'wait until they are dropped; `rocket shard remove s1 --force` forgets them',
        },
      },
    ]);
    for (const app of APPS) expect(errors[0]?.message).toContain(world.app(app));
  });

  it('of the only other shard is refused', async () => {
    expect((await moves.admin(DRAIN, { name: 's2' })).errors).toMatchObject([
      {
        message: 'There is no other shard that takes the apps of shard s2',
        extensions: {
          code: 'CONFLICT',
          hint: 'add a shard first; `rocket shard drain NAME --cancel` lets one take apps again',
        },
      },
    ]);
  });

  it(
    'is taken back, and the shard takes apps again',
    async () => {
      expect((await moves.admin(UNDRAIN, { name: 's1' })).data).toEqual({
        undrainShard: { name: 's1', state: 'active' },
      });
      expect(await moves.move('five', { to: 's1' })).toMatchObject({ to: 's1' });
      const drained = await drain('s1');
      expect(drained).toMatchObject({ moves: [{ app: world.app('five') }], refused: [] });
      await over(drained);
    },
    BUSY_MS,
  );

  it('leaves a shard that is removed when nothing is kept there', async () => {
    // Their time is over at once, and not in an hour.
    await inDatabase(
      [world.serverUrl, world.catalogDatabase],
      `UPDATE app_move SET kept_until = now() WHERE phase = 'kept'`,
    );
    await until(async () =>
      (await world.catalog.moves.list({})).every(({ phase }) => phase === 'done' || phase === 'returned'),
    );
    expect((await moves.admin(REMOVE, { name: 's1' })).data).toEqual({
      removeShard: { name: 's1', apps: [], leftDatabases: [] },
    });
    const slots = await inDatabase(
      [world.serverUrl, 'postgres'],
      `SELECT slot_name FROM pg_replication_slots WHERE slot_name = ANY ($1::text[])`,
      [
        (await world.catalog.moves.list({})).flatMap(({ id }) =>
          ['f', 'r'].map((end) => `rocket_${id.replaceAll('-', '')}_${end}`),
        ),
      ],
    );
    expect(slots).toEqual([]);
  });
});
