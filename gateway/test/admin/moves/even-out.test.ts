/** Draining shards and evening them out, in the admin API. */
import {
  createDatabase,
  createDatabaseIfMissing,
  createLogger,
  databaseUrl,
  dropDatabase,
} from '@rocket/platform';
import { appName, shardName } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ADMIN } from '../../support/world.ts';
import { MovingWorld } from './moving-world.ts';

const SILENT = createLogger({ level: 'silent', name: 'test' });

let world: MovingWorld;
let apps: readonly string[];
/** Databases that are there; the shards of these tests make none. */
const databases = new Set<string>();
beforeAll(async () => {
  world = await MovingWorld.create();
  apps = [await world.app('s1'), await world.app('s1'), await world.app('s2'), await world.app('s1')];
});
afterEach(() => world.tidy());
afterAll(async () => {
  await world.close();
  for (const name of databases) await dropDatabase(inject('postgresServerUrl'), name);
});

/** Makes the database of an app, with so many mebibytes in it. */
async function fill(app: string | undefined, mebibytes: number): Promise<void> {
  const { shardMap } = await world.world.catalog.snapshot();
  const name = shardMap.placements.get(appName(app ?? ''))?.database ?? '';
  const server = inject('postgresServerUrl');
  databases.add(name);
  await createDatabaseIfMissing(server, name);
  const database = createDatabase({ url: databaseUrl(server, name), logger: SILENT, max: 1 });
  const run = (text: string) => database.query({ text, values: [] });
  await run('CREATE TABLE filling (content text)');
  await run('ALTER TABLE filling ALTER content SET STORAGE EXTERNAL');
  await run(`INSERT INTO filling SELECT repeat('x', 1048576) FROM generate_series(1, ${mebibytes})`);
  await database.close();
}

const DRAIN = `mutation ($name: ID!, $parallel: Int! = 1) { drainShard(name: $name, parallel: $parallel) {
  shard { name state } moves { app from to phase } refused { app reason }
} }`;
const PLAN = `{ rebalancePlan {
  shards { name isCounted bytes transactionsPerSecond apps bytesAfter transactionsPerSecondAfter }
  moves { app from to bytes transactionsPerSecond reason }
} }`;
const REBALANCE =
  'mutation ($moves: [PlannedMoveInput!]!) { rebalance(moves: $moves) { app to phase requestedBy } }';

interface Plan {
  readonly shards: readonly {
    readonly name: string;
    readonly isCounted: boolean;
    readonly bytes: number;
    readonly apps: number;
    readonly bytesAfter: number;
  }[];
  readonly moves: readonly { app: string; from: string; to: string; bytes: number; reason: string }[];
}

const stateOf = async (name: string) =>
  (await world.world.catalog.snapshot()).shardMap.shards.get(shardName(name))?.state;

describe('a shard that is drained', () => {
  it('has its apps moved to those that hold least, and takes apps again later', async () => {
    const drained = await world.ask(DRAIN, { name: 's1', parallel: 2 });
    expect(drained).toEqual({
      shard: { name: 's1', state: 'draining' },
      // Nothing is measured of databases that there are not, so the number of apps decides.
      moves: [
        { app: apps[0], from: 's1', to: 's3', phase: 'waiting' },
        { app: apps[1], from: 's1', to: 's2', phase: 'waiting' },
        { app: apps[3], from: 's1', to: 's3', phase: 'waiting' },
      ],
      refused: [],
    });
    const again = await world.ask<{ moves: readonly { app: string }[] }>(DRAIN, { name: 's1' });
    expect(again.moves.map(({ app }) => app).toSorted()).toEqual([apps[0], apps[1], apps[3]].toSorted());
    expect(await world.world.catalog.moves.list({ isOpen: true })).toHaveLength(3);
    const undrained = 'mutation ($name: ID!) { undrainShard(name: $name) { state } }';
    expect(await world.ask(undrained, { name: 's1' })).toEqual({ state: 'active' });
    expect(await world.refusal(undrained, { name: 's9' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps apps that cannot be moved, and says why', async () => {
    const bare = appName('bare');
    await world.world.catalog.createApp({ app: bare, shard: shardName('s2'), database: 'rocket_bare' });
    const { moves, refused } = await world.ask<{ moves: unknown; refused: unknown }>(DRAIN, { name: 's2' });
    expect(moves).toEqual([{ app: apps[2], from: 's2', to: 's3', phase: 'waiting' }]);
    expect(refused).toEqual([{ app: 'bare', reason: expect.stringContaining('no active document') }]);
    await world.world.catalog.removeApp(bare);
  });

  it.each([
    ['BAD_REQUEST', { parallel: 0 }],
    ['BAD_REQUEST', { parallel: 17 }],
    ['NOT_FOUND', { name: 's9' }],
  ])('is refused with %s, case %#', async (code, variables) => {
    expect(await world.refusal(DRAIN, { name: 's1', ...variables })).toMatchObject({ code });
    expect(await stateOf('s1')).toBe('active');
  });

  it('takes apps as before when no other one does', async () => {
    for (const name of ['s2', 's3']) await world.world.catalog.setShardState(shardName(name), 'draining');
    expect(await world.refusal(DRAIN, { name: 's1' })).toMatchObject({
      ...{ code: 'CONFLICT', hint: expect.stringContaining('add a shard') },
    });
    expect(await stateOf('s1')).toBe('active');
  });
});

describe('evening out', () => {
  it('is planned by what is measured, and changes nothing', async () => {
    await fill(apps[0], 150);
    await fill(apps[1], 120);
    await world.world.catalog.setShardState(shardName('s3'), 'draining');
    const plan = await world.ask<Plan>(PLAN);
    expect(plan.moves).toEqual([
      expect.objectContaining({
        ...{
          app: apps[0],
          from: 's1',
          to: 's2',
          reason: expect.stringMatching(/^s1 holds \d{3}\.\d MiB, s2 0\.0 MiB$/),
        },
      }),
    ]);
    const [first, second, third] = plan.shards;
    const bytes = plan.moves[0]?.bytes ?? 0;
    expect(bytes).toBeGreaterThan(150 * 1024 ** 2);
    expect(first).toMatchObject({ name: 's1', isCounted: true, apps: 3 });
    expect(first?.bytesAfter).toBe((first?.bytes ?? 0) - bytes);
    expect(second?.bytesAfter).toBe((second?.bytes ?? 0) + bytes);
    expect(third).toMatchObject({ name: 's3', isCounted: false });
    expect(await world.world.catalog.moves.list({ isOpen: true })).toEqual([]);
  });

  it('counts an app that is moved where it goes, and a shard that does not answer not at all', async () => {
    await world.addShard('lost', 'lost');
    await world.move(apps[0] ?? '', 's2');
    const plan = await world.ask<Plan>(PLAN);
    expect(plan.moves.map(({ app }) => app)).not.toContain(apps[0]);
    expect(plan.shards.find(({ name }) => name === 's2')?.apps).toBe(2);
    expect(plan.shards.find(({ name }) => name === 'lost')).toMatchObject({ isCounted: false, bytes: 0 });
    await world.world.catalog.removeShard(shardName('lost'));
  });

  it('requests moves in their order, as far as they are not refused', async () => {
    const [one, two] = apps;
    expect(
      await world.ask(REBALANCE, {
        moves: [
          { app: one, to: 's2' },
          { app: two, to: 's3' },
        ],
      }),
    ).toEqual([
      { app: one, to: 's2', phase: 'waiting', requestedBy: ADMIN.email },
      { app: two, to: 's3', phase: 'waiting', requestedBy: ADMIN.email },
    ]);
    await world.tidy();
    const moves = [
      { app: one, to: 's2' },
      { app: two, to: 's9' },
    ];
    expect(await world.refusal(REBALANCE, { moves })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(`the moves of ${one} were requested before, and go on`),
    });
    expect((await world.world.catalog.moves.list({ isOpen: true })).map(({ app }) => app)).toEqual([one]);
  });
});
