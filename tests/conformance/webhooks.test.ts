/** What a compatible engine has to do with webhooks that are asked before a write; the number is that of the format. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

let status = 200;
const received: { readonly key: unknown; readonly payload: Record<string, unknown> }[] = [];
let receiver: Server;
let world: World;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({
      key: request.headers['x-key'],
      payload: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(status).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const address = receiver.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port');
  world = await createWorld({
    ROCKET_OUTGOING_ALLOW: '127.0.0.1',
    ROCKET_WEBHOOK_ENV: 'HOOK_KEY',
    HOOK_KEY: 'open sesame',
  });
  const url = `http://127.0.0.1:${address.port}/hook`;
  const headers = { 'X-Key': '{{env.HOOK_KEY}}' };
  const imported = await world.importApp('notes', {
    version: 1,
    entities: [noteEntity({ name: 'title', type: 'string', required: true })],
    webhooks: [
      { entity: 'note', hook: 'before_write', url, headers, async: false },
      { entity: 'note', hook: 'before_delete', url, headers },
    ],
  });
  expect(imported.errors).toEqual([]);
});
afterAll(async () => {
  await world.dispose();
  await new Promise((closed) => receiver.close(closed));
});

const ask = (query: string) => world.askApp('notes', query);
const titles = async () => (await ask('{ notes { title } }')).data?.['notes'];
const create = (title: string) =>
  ask(`mutation { it: createNote(input: { title: "${title}" }) { note { id title } errors { code path } } }`);
const REFUSED = 'WEBHOOK_FAILED';

describe('a webhook that is asked before a write', () => {
  it('21: the receiver answers 500, and nothing is stored', async () => {
    status = 500;
    expect((await create('a')).data).toEqual({
      it: { note: null, errors: [{ code: REFUSED, path: ['input'] }] },
    });
    expect(await titles()).toEqual([]);
    expect(received.at(-1)).toMatchObject({
      key: 'open sesame',
      payload: { event: 'before_write', entity: 'note', action: 'create', record: { title: 'a' } },
    });
  });

  it('21: the receiver answers 200, and the record is stored', async () => {
    status = 200;
    expect((await create('b')).data).toMatchObject({ it: { note: { title: 'b' }, errors: [] } });
    expect(await titles()).toEqual([{ title: 'b' }]);
  });

  it('21: a delete is refused and done likewise', async () => {
    status = 200;
    const { note } = fieldOf<{ note: { id: string } }>(await create('c'), 'it');
    const remove = () => ask(`mutation { it: deleteNote(id: "${note.id}") { errors { code path } } }`);
    status = 500;
    expect((await remove()).data).toEqual({ it: { errors: [{ code: REFUSED, path: ['id'] }] } });
    expect(await titles()).toContainEqual({ title: 'c' });
    status = 200;
    expect((await remove()).data).toEqual({ it: { errors: [] } });
    expect(await titles()).not.toContainEqual({ title: 'c' });
    expect(received.at(-1)?.payload).toMatchObject({ event: 'before_delete', record: { title: 'c' } });
  });
});
