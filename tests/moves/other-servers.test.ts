/** Moves on Postgres servers of their own: one with replicas, and one that is not set up for moves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ReplicatedPostgres,
  startPostgres,
  startReplicatedPostgres,
} from '../harness/servers/replicas.ts';
import { until } from '../harness/until.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { BUSY_MS, leftOf, type Moves, movesOf } from './support/moves.ts';
import { NOTES, notesOf, startLoad } from './support/note-load.ts';

async function importTo(world: World, shard: string): Promise<void> {
  const query =
    'mutation ($name: ID!, $document: JSON!, $shard: ID) { importApp(name: $name, document: $document, shard: $shard) { outcome } }';
  const variables = { name: world.app('notes'), document: NOTES, shard };
  expect((await world.ask('/admin/graphql', query, { variables })).errors).toEqual([]);
}

describe('an app that moves to a shard with replicas', () => {
  let postgres: ReplicatedPostgres;
  let world: World;
  let moves: Moves;
  beforeAll(async () => {
    postgres = await startReplicatedPostgres();
    await postgres.primary.query('ALTER SYSTEM SET wal_level = logical');
    await postgres.primary.kill();
    await postgres.primary.start();
    const server = {
      databaseUrl: postgres.primary.url,
      replicaUrls: postgres.replicas.map(({ url }) => url),
    };
    // Both on one server, of which nobody else has transactions open that a move would wait for.
    world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '1' }, { s1: server, s2: server });
    moves = movesOf(world);
    await importTo(world, 's1');
  });
  afterAll(async () => {
    await world?.dispose();
    await postgres?.dispose();
  });

  const rankOf = async (id: string) => {
    const answer = await world.askApp('notes', `{ note(id: "${id}") { rank } }`, { once: true });
    return fieldOf<{ rank: number }>(answer, 'note').rank;
  };
  const setRank = async (id: string, rank: number) => {
    const mutation = `mutation { it: updateNote(id: "${id}", patch: { rank: ${rank} }) { note { rank } errors { message } } }`;
    expect(fieldOf(await world.askApp('notes', mutation, { once: true }), 'it')).toEqual({
      note: { rank },
      errors: [],
    });
  };

  it(
    'is never read older than it was, also while a replica stands still',
    async () => {
      const created = await world.askApp(
        'notes',
        'mutation { it: createNote(input: { title: "counted", rank: 0 }) { note { id } } }',
        { once: true },
      );
      const { id } = fieldOf<{ note: { id: string } }>(created, 'it').note;
      const [still] = postgres.replicas;
      await still.pauseReplay();
      let isOver = false;
      let written = 0;
      const older: string[] = [];
      const write = async () => {
        while (!isOver) {
          await setRank(id, written + 1);
          written += 1;
        }
      };
      const read = async () => {
        while (!isOver) {
          const least = written;
          const seen = await rankOf(id);
          if (seen < least) older.push(`${seen} after ${least}`);
        }
      };
      const working = Promise.all([write(), read(), read()]);
      try {
        await moves.move('notes', { to: 's2' });
        const afterMove = written;
        await until(() => written > afterMove + 30);
        await still.resumeReplay();
        const afterReplay = written;
        await until(() => written > afterReplay + 30);
      } finally {
        isOver = true;
        await working;
      }
      expect(older).toEqual([]);
      expect(await rankOf(id)).toBe(written);
    },
    BUSY_MS,
  );

  it(
    'goes back under load',
    async () => {
      const before = await notesOf(world, 'notes');
      const load = startLoad(world, 'notes', 2);
      await until(() => load.acknowledged.size > 5);
      expect(await moves.move('notes', { back: true })).toMatchObject({ to: 's1', problem: null });
      const { size } = load.acknowledged;
      await until(() => load.acknowledged.size > size + 5);
      await load.stop();
      expect(load.failures).toEqual([]);
      expect(new Map(await notesOf(world, 'notes'))).toEqual(new Map([...before, ...load.acknowledged]));
    },
    BUSY_MS,
  );
});

describe('a Postgres without logical replication', () => {
  it('is named by the move that fails', async () => {
    const postgres = await startPostgres();
    const world = await createWorld({}, { s2: { databaseUrl: postgres.primary.url } });
    try {
      const moves = movesOf(world);
      await importTo(world, 's1');
      const { id } = await moves.request('notes', { to: 's2' });
      expect(await moves.when(id, ({ isOver }) => isOver)).toMatchObject({
        phase: 'failed',
        problem: `The Postgres of shard s2 at ${postgres.primary.name} has wal_level = replica: a move needs logical`,
      });
      expect(await moves.place('notes')).toMatchObject({ shard: 's1', state: 'active' });
      expect(await leftOf(world, 'notes', [id])).toEqual([]);
      expect((await world.askApp('notes', '{ notes { id } }')).data).toEqual({ notes: [] });
    } finally {
      await world.dispose();
      await postgres.dispose();
    }
  });
});
