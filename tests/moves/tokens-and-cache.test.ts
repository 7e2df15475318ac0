/** What callers and gateways remember of an app from before its move: consistency tokens, and answers that are kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { type Moves, movesOf } from './support/moves.ts';
import { NOTES } from './support/note-load.ts';

const TOKEN = 'x-rocket-consistency';

let world: World;
let moves: Moves;
beforeAll(async () => {
  world = await createWorld();
  moves = movesOf(world);
  expect((await world.importApp('notes', NOTES)).errors).toEqual([]);
});
afterAll(() => world?.dispose());

interface Reply {
  readonly cache: string;
  readonly token: string;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly unknown[];
  };
}

async function ask(query: string, { token = '', url = world.url } = {}): Promise<Reply> {
  const response = await fetch(`${url}/apps/${world.app('notes')}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.adminToken}`,
      ...(token === '' ? {} : { [TOKEN]: token }),
    },
    body: JSON.stringify({ query }),
  });
  return {
    cache: response.headers.get('x-rocket-cache') ?? '',
    token: response.headers.get(TOKEN) ?? '',
    body: JSON.parse(await response.text()),
  };
}

async function create(title: string): Promise<{ id: string; token: string }> {
  const { body, token } = await ask(
    `mutation { it: createNote(input: { title: "${title}" }) { note { id } } }`,
  );
  const { note } = fieldOf<{ note: { id: string } }>(
    { status: 200, data: body.data ?? null, errors: [] },
    'it',
  );
  return { id: note.id, token };
}

const rename = (id: string, title: string) =>
  ask(`mutation { it: updateNote(id: "${id}", patch: { title: "${title}" }) { note { id } } }`);
const byId = (id: string) => `{ note(id: "${id}") { title } }`;
const other = async () => ((await moves.place('notes')).shard === 's1' ? 's2' : 's1');

async function warm(query: string, by?: { url: string }): Promise<Reply> {
  let reply = await ask(query, by);
  await until(async () => {
    reply = await ask(query, by);
    return reply.cache.startsWith('hit');
  });
  return reply;
}

describe('a consistency token', () => {
  it('of before a move is accepted after it, and its bearer sees what was written', async () => {
    const { id, token } = await create('before');
    expect(token).not.toBe('');
    await moves.move('notes', { to: await other() });
    for (let times = 0; times < 3; times += 1)
      expect((await ask(byId(id), { token })).body).toEqual({ data: { note: { title: 'before' } } });
  });

  it('of before a move and one of after it are borne together', async () => {
    const first = await create('first');
    await moves.move('notes', { to: await other() });
    const { token } = await ask(
      `mutation { it: updateNote(id: "${first.id}", patch: { title: "second" }) { note { id } } }`,
      { token: first.token },
    );
    const another = await world.another();
    for (const url of [world.url, another.url])
      expect((await ask(byId(first.id), { token, url })).body).toEqual({
        data: { note: { title: 'second' } },
      });
    await another.close();
  });
});

describe('an answer that is kept', () => {
  it('of before a move is not given after a write to the target', async () => {
    const { id } = await create('old');
    const another = await world.another();
    for (const url of [world.url, another.url]) expect(await warm(byId(id), { url })).toBeTruthy();
    await moves.move('notes', { to: await other() });
    const { token } = await rename(id, 'new');
    const wanted = { data: { note: { title: 'new' } } };
    expect((await ask(byId(id), { token, url: another.url })).body).toEqual(wanted);
    expect((await ask(byId(id), { token })).body).toEqual(wanted);
    expect((await ask(byId(id))).body).toEqual(wanted);
    expect((await warm(byId(id))).body).toEqual(wanted);
    await another.close();
  });

  it('of the target is not given after a write to where the app went back', async () => {
    await moves.move('notes', { to: await other() });
    const { id } = await create('there');
    await warm(byId(id));
    await moves.move('notes', { back: true });
    expect((await ask(byId(id))).body).toEqual({ data: { note: { title: 'there' } } });
    await rename(id, 'back');
    expect((await warm(byId(id))).body).toEqual({ data: { note: { title: 'back' } } });
  });
});
