/** A nested write whose connection is lost: all of it is there, or nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNestedApp, helpdesk, keyOf, type NestedApp } from '../support/nested-app.ts';

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(helpdesk);
});
afterAll(() => app.app.dispose());

const TABLES = ['tickets', 'cards', 'responses', 'attachments', 'labels', 'ticket_labels', '_outbox'];

async function everything(): Promise<string> {
  const contents = TABLES.map((table) =>
    app.rows(
      `SELECT coalesce(jsonb_agg(to_jsonb(t) - '{published_at,position}'::text[] ORDER BY t::text), '[]')::text FROM ${table} t`,
    ),
  );
  return JSON.stringify(await Promise.all(contents));
}

it('leaves nothing, before whichever statement it is cut', async () => {
  const label = keyOf(await app.create('label', { name: 'l' }));
  const responses = ['a', 'b', 'c'].map((body) => ({
    body,
    code: body,
    attachments: { data: [{ name: 'a' }] },
  }));
  const id = keyOf(
    await app.create('ticket', {
      title: 't',
      responses: { data: responses },
      card: { data: [{ number: '1' }] },
    }),
  );
  const ids = await app.rows('SELECT id FROM responses ORDER BY body');
  const change = () =>
    app.update('ticket', id, {
      title: 'changed',
      labels: { add: [label] },
      card: { mode: 'REPLACE', data: [{ number: '2' }] },
      responses: {
        mode: 'REPLACE',
        data: [
          {
            id: ids[0]?.[0],
            body: 'a2',
            attachments: { mode: 'REPLACE', data: [{ name: 'b' }, { name: 'c' }] },
          },
          { id: ids[1]?.[0], body: 'b2' },
          { body: 'd', attachments: { data: [{ name: 'c' }] } },
          { body: 'e' },
        ],
      },
    });
  const before = await everything();
  let statement = 1;
  for (; ; statement += 1) {
    app.cutBefore(statement);
    app.statements();
    const error = await change().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) break;
    expect(error).toMatchObject({ code: 'SHARD_UNAVAILABLE' });
    expect(await everything()).toBe(before);
  }
  // The commit is sent with the last one.
  expect(statement).toBe(app.statements().length + 1);
  expect(await everything()).not.toBe(before);
  expect(await app.rows('SELECT body FROM responses WHERE deleted_at IS NULL ORDER BY 1')).toEqual([
    ['a2'],
    ['b2'],
    ['d'],
    ['e'],
  ]);
});
