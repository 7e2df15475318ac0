/** What becomes of the database that an app has left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { inDatabase, leftOf, type Moves, movesOf } from './support/moves.ts';
import { NOTES } from './support/note-load.ts';

const create = async (world: World, title: string) =>
  fieldOf(
    await world.askApp(
      'notes',
      `mutation { it: createNote(input: { title: "${title}" }) { note { id } errors { message } } }`,
      { once: true },
    ),
    'it',
  );

describe('a former database that is kept', () => {
  let world: World;
  let moves: Moves;
  let former: readonly [string, string];
  beforeAll(async () => {
    world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '1' });
    moves = movesOf(world);
    expect((await world.importApp('notes', NOTES)).errors).toEqual([]);
    former = [world.serverUrl, (await moves.place('notes')).database];
    expect(await moves.move('notes', { to: 's2' })).toMatchObject({ phase: 'kept', problem: null });
  });
  afterAll(() => world?.dispose());

  it('follows the app', async () => {
    await create(world, 'later');
    const titles = async () => await inDatabase(former, 'SELECT title FROM notes');
    await until(async () => (await titles()).length === 1);
    expect(await titles()).toEqual([['later']]);
  });

  it.each([
    ["INSERT INTO notes (title) VALUES ('x')"],
    ["UPDATE notes SET title = 'x'"],
    ['DELETE FROM notes'],
    ['TRUNCATE notes'],
    ["UPDATE _meta SET value = '9'"],
    ["INSERT INTO _outbox (subject, payload) VALUES ('x', '{}')"],
  ])('refuses %s', async (text) => {
    await expect(inDatabase(former, text)).rejects.toMatchObject({ code: 'RKM01' });
  });

  it('is kept until a time that is told', async () => {
    const answer = await moves.admin('query ($app: ID!) { moves(app: $app) { phase keptUntil } }', {
      app: world.app('notes'),
    });
    expect(fieldOf(answer, 'moves')).toEqual([
      { phase: 'kept', keptUntil: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    ]);
  });
});

describe('a former database that is not kept', () => {
  it('is gone soon, with all that it was followed by, and is not gone back to', async () => {
    const world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '0' });
    try {
      const moves = movesOf(world);
      expect((await world.importApp('notes', NOTES)).errors).toEqual([]);
      const { id } = await moves.move('notes', { to: 's2' });
      expect(await moves.when(id, ({ phase }) => phase === 'done')).toMatchObject({ problem: null });
      expect(await leftOf(world, 'notes', [id])).toEqual([]);
      const { errors } = await moves.ask('notes', { back: true });
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(
            /^There is nothing to go back to any more: the former database of app notes_\w+ on shard s1 was kept until /,
          ),
          extensions: {
            code: 'CONFLICT',
            hint: expect.stringContaining(`rocket app move ${world.app('notes')} --to s1`),
          },
        },
      ]);
      await create(world, 'there');
      expect((await world.askApp('notes', '{ notes { title } }')).data).toEqual({
        notes: [{ title: 'there' }],
      });
    } finally {
      await world.dispose();
    }
  });
});
