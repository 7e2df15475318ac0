/** Moves that are refused when they are asked for: what is said, and that nothing has happened. */
import { shardName } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../harness/world.ts';
import type { GraphqlAnswer } from '../harness/world-client.ts';
import { leftOf, type Moves, movesOf } from './support/moves.ts';
import { NOTES } from './support/note-load.ts';

/** Nothing listens there: port 1 is reserved and closed. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/postgres';

let world: World;
let moves: Moves;
let app: string;
beforeAll(async () => {
  world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '0' });
  moves = movesOf(world);
  app = world.app('notes');
  expect((await world.importApp('notes', NOTES)).errors).toEqual([]);
  await world.catalog.addShard({
    name: shardName('silent'),
    databaseUrl: NOWHERE,
    url: 'http://127.0.0.1:1',
  });
  await world.catalog.addShard({ name: shardName('nobody'), databaseUrl: NOWHERE, url: null });
  await world.catalog.addShard({ name: shardName('drained'), databaseUrl: world.serverUrl, url: null });
  await world.catalog.setShardState(shardName('drained'), 'draining');
});
afterAll(() => world?.dispose());

const refusal = ({ errors }: GraphqlAnswer) =>
  errors.map(({ message, extensions }) => ({
    code: extensions['code'],
    message: message.replaceAll(app, 'APP'),
    hint: String(extensions['hint'] ?? '').replaceAll(app, 'APP'),
  }));

describe('a move', () => {
  it.each([
    ['nowhere', 'NOT_FOUND', 'There is no shard nowhere', '`rocket shard list` shows those that there are'],
    ['s1', 'CONFLICT', 'App APP is on shard s1 already', ''],
    [
      ...(['drained', 'CONFLICT', 'Shard drained is drained and takes no apps'] as const),
      '`rocket shard drain drained --cancel` lets it take apps again',
    ],
    [
      ...(['silent', 'SHARD_UNAVAILABLE', 'Shard silent does not answer; nothing was moved'] as const),
      'start it: `rocket shard --name silent`',
    ],
    [
      ...(['nobody', 'SHARD_UNAVAILABLE', 'Shard nobody does not answer; nothing was moved'] as const),
      'start it: `rocket shard --name nobody`',
    ],
  ])('to %s is refused with %s', async (to, code, message, hint) => {
    expect(refusal(await moves.ask('notes', { to }))).toEqual([{ code, message, hint }]);
  });

  it('to a shard and back at once, or to neither, is refused', async () => {
    const query =
      'mutation ($name: ID!, $to: ID, $back: Boolean! = false) { moveApp(name: $name, to: $to, back: $back) { id } }';
    for (const more of [{}, { to: 's2', back: true }])
      expect(refusal(await moves.admin(query, { name: app, ...more }))).toMatchObject([
        {
          code: 'BAD_REQUEST',
          message: 'A move goes to a shard that is named, or back: one of them is needed',
        },
      ]);
  });

  it('of an app that there is not is refused', async () => {
    expect((await moves.ask('none', { to: 's2' })).errors).toMatchObject([
      { extensions: { code: 'APP_NOT_FOUND' }, message: expect.stringContaining(world.app('none')) },
    ]);
  });

  it('back of an app that was never moved is refused', async () => {
    expect(refusal(await moves.ask('notes', { back: true }))).toEqual([
      {
        code: 'CONFLICT',
        message: 'App APP did not come to shard s1 by a move: there is nothing to go back to',
        hint: '`rocket app move APP --to SHARD` moves it',
      },
    ]);
  });

  it('that is not there is not aborted', async () => {
    expect(refusal(await moves.abort('notes'))).toMatchObject([
      { code: 'NOT_FOUND', message: 'App APP is not being moved' },
    ]);
  });

  it('has not been recorded, and nothing is left of it', async () => {
    expect((await moves.admin('{ moves { id } }')).data).toEqual({ moves: [] });
    expect(await leftOf(world, 'notes', [])).toEqual([]);
    expect((await world.askApp('notes', '{ notes { id } }')).data).toEqual({ notes: [] });
  });

  it('is not aborted any more when it is decided', async () => {
    const { id } = await moves.move('notes', { to: 's2' });
    await moves.when(id, ({ phase }) => phase === 'done');
    await expect(world.catalog.moves.abort(id, 'too late')).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: `The move of app ${app} cannot be undone any more: moved; the former database is dropped`,
    });
    expect(refusal(await moves.abort('notes'))).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await moves.place('notes')).toMatchObject({ shard: 's2' });
  });
});
