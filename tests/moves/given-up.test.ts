/** Moves that fail, or are aborted: what they say, and that the app is served where it was, with nothing left of them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { type Held, holdCopy, holdFence, holdSlot } from './support/held.ts';
import { BUSY_MS, inDatabase, leftOf, type MoveSeen, type Moves, movesOf } from './support/moves.ts';
import { NOTES, startLoad } from './support/note-load.ts';

let world: World;
let moves: Moves;
let app: string;
let place: readonly [server: string, database: string];
beforeAll(async () => {
  world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '0' });
  moves = movesOf(world);
  app = world.app('notes');
  for (const name of ['notes', 'more']) await importTo('s1', name);
  place = [world.serverUrl, (await moves.place('notes')).database];
  await create('first');
});
afterAll(() => world?.dispose());

let held: Held[];
beforeEach(() => {
  held = [];
});
afterEach(async () => {
  for (const each of held) await each.letGo();
});

async function importTo(shard: string, name: string): Promise<void> {
  const query =
    'mutation ($name: ID!, $document: JSON!, $shard: ID) { importApp(name: $name, document: $document, shard: $shard) { outcome } }';
  const variables = { name: world.app(name), document: NOTES, shard };
  expect((await moves.admin(query, variables)).errors).toEqual([]);
}

async function create(title: string): Promise<void> {
  const mutation = `mutation { it: createNote(input: { title: "${title}" }) { note { title } errors { message } } }`;
  expect(fieldOf(await world.askApp('notes', mutation, { once: true }), 'it')).toEqual({
    note: { title },
    errors: [],
  });
}

/** The app takes writes where it was, and nothing reminds of the move. */
async function expectUnmoved({ id }: Pick<MoveSeen, 'id'>): Promise<void> {
  expect(await moves.place('notes')).toMatchObject({ shard: 's1', database: place[1], state: 'active' });
  await create('after');
  expect(await leftOf(world, 'notes', [id])).toEqual([]);
}

async function failed(): Promise<MoveSeen> {
  const { id } = await moves.request('notes', { to: 's2' });
  return await moves.when(id, ({ isOver }) => isOver);
}

const inPhase = (phase: string) => (move: MoveSeen) => move.phase === phase;

describe('a move fails', () => {
  it('when the database has what would not come along', async () => {
    await inDatabase(place, 'CREATE VIEW handmade AS SELECT 1 AS one');
    await inDatabase(place, 'CREATE SCHEMA apart CREATE TABLE kept (id integer PRIMARY KEY)');
    const move = await failed();
    expect(move).toMatchObject({
      phase: 'failed',
      problem:
        'The database has what a move does not take along: table apart.kept, view handmade; drop it, and make it again after the move',
    });
    await inDatabase(place, 'DROP VIEW handmade');
    await inDatabase(place, 'DROP SCHEMA apart CASCADE');
    await expectUnmoved(move);
  });

  it('when the database has a table without a key', async () => {
    await inDatabase(place, 'CREATE TABLE handmade (x integer)');
    const move = await failed();
    expect(move).toMatchObject({
      phase: 'failed',
      problem:
        'Changes of a table without a key cannot be followed: give handmade a primary key, or drop what is not needed',
    });
    await inDatabase(place, 'DROP TABLE handmade');
    await expectUnmoved(move);
  });
});

describe('while a move copies', () => {
  let move: MoveSeen;
  const refusals = async (query: string, variables: Readonly<Record<string, unknown>>) =>
    (await moves.admin(query, variables)).errors.map(({ message, extensions }) => ({
      message: message.replaceAll(app, 'APP'),
      code: extensions['code'],
      hint: String(extensions['hint']).replaceAll(app, 'APP'),
    }));
  const MOVED = {
    code: 'CONFLICT',
    message: 'App APP is being moved from shard s1 to s2: copying (rows are copied); nothing was changed',
    hint: 'wait until it is over: `rocket app moves APP` shows how far it is; or abort it: `rocket app move APP --abort`',
  };

  beforeAll(async () => {
    const gate = await holdCopy(place);
    const { id } = await moves.request('notes', { to: 's2' });
    move = await moves.when(id, inPhase('copying'));
    return () => gate.letGo();
  });

  it('another move of the app is refused', async () => {
    const [error] = (await moves.ask('notes', { to: 's2' })).errors;
    expect(error).toMatchObject({
      message: `App ${app} is being moved already`,
      extensions: { code: 'CONFLICT', hint: `see \`rocket app moves ${app}\`` },
    });
  });

  it('an import is refused', async () => {
    const query =
      'mutation ($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }';
    expect(await refusals(query, { name: app, document: NOTES })).toEqual([MOVED]);
  });

  it('a removal is refused', async () => {
    expect(
      await refusals('mutation ($name: ID!) { removeApp(name: $name) { removed } }', { name: app }),
    ).toEqual([MOVED]);
  });

  it('neither shard is removed', async () => {
    const query =
      'mutation ($name: ID!, $force: Boolean!) { removeShard(name: $name, force: $force) { name } }';
    for (const force of [false, true])
      expect(await refusals(query, { name: 's2', force })).toMatchObject([
        {
          code: 'CONFLICT',
          message: 'App APP is being moved from shard s1 (rows are copied); it is on shard s1 now',
        },
      ]);
  });

  it('a move of another app from there waits, and is aborted at once', async () => {
    const { id } = await moves.request('more', { to: 's2' });
    expect((await moves.abort('more')).data).toEqual({ abortMove: { id, phase: 'aborted' } });
    expect(await moves.see(id)).toMatchObject({ isOver: true, phase: 'aborted' });
    expect(await leftOf(world, 'more', [id])).toEqual([]);
  });

  it('the app is written and read', async () => {
    const load = startLoad(world, 'notes', 2);
    await until(() => load.acknowledged.size > 5 && load.reads > 5);
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it('it is aborted', async () => {
    expect((await moves.abort('notes')).errors).toEqual([]);
    expect(await moves.when(move.id, ({ isOver }) => isOver)).toMatchObject({
      phase: 'aborted',
      problem: 'aborted by admin@example.org',
    });
    await expectUnmoved(move);
  });
});

it('a move that waits for a transaction of somebody else is aborted all the same', async () => {
  held.push(await holdSlot([world.serverUrl, 'postgres']));
  const { id } = await moves.request('notes', { to: 's2' });
  const slot = `rocket_${id.replaceAll('-', '')}_f`;
  await until(async () => {
    const query = 'SELECT 1 FROM pg_replication_slots WHERE slot_name = $1';
    return (await inDatabase([world.serverUrl, 'postgres'], query, [slot])).length === 1;
  });
  expect((await moves.abort('notes')).errors).toEqual([]);
  const move = await moves.when(id, ({ isOver }) => isOver);
  expect(move).toMatchObject({ phase: 'aborted', problem: 'aborted by admin@example.org' });
  expect(move.steps.map(({ note }) => note)).not.toContain('The request took too long');
  await expectUnmoved(move);
});

describe('a move that follows', () => {
  it(
    'goes back from the switch while a transaction stays open, and is aborted there',
    async () => {
      const load = startLoad(world, 'notes', 2);
      held.push(await holdFence(place));
      const { id } = await moves.request('notes', { to: 's2' });
      const open = 'A transaction of the app stayed open for too long';
      await moves.when(id, ({ phase, problem }) => phase === 'following' && problem === open);
      expect(await moves.place('notes')).toMatchObject({ shard: 's1', state: 'active' });
      expect((await moves.abort('notes')).errors).toEqual([]);
      const move = await moves.when(id, ({ isOver }) => isOver);
      expect(move).toMatchObject({ phase: 'aborted', problem: 'aborted by admin@example.org' });
      await load.stop();
      expect(load.failures).toEqual([]);
      await expectUnmoved(move);
    },
    BUSY_MS,
  );

  it(
    'goes on when the transaction has ended',
    async () => {
      const load = startLoad(world, 'notes', 2);
      const open = await holdFence(place);
      const { id } = await moves.request('notes', { to: 's2' });
      await moves.when(id, ({ problem }) => problem !== null);
      await open.letGo();
      expect(await moves.when(id, inPhase('done'))).toMatchObject({ problem: null });
      await load.stop();
      expect(load.failures).toEqual([]);
      expect(await moves.place('notes')).toMatchObject({ shard: 's2' });
      expect(await leftOf(world, 'notes', [id])).toEqual([]);
    },
    BUSY_MS,
  );
});
