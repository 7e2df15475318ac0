/** Records that a write deletes, while others of the same write refer to them. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  createNestedApp,
  faults,
  type Input,
  key,
  keyOf,
  type NestedApp,
  relation,
  text,
} from '../support/nested-app.ts';
import { entity } from '../support/write-app.ts';

/** Tickets have a main response, responses may answer one another. */
const desk = (onDelete: string | undefined) => {
  const more = onDelete === undefined ? {} : { on_delete: onDelete };
  return {
    version: 1,
    entities: [
      entity('ticket', [text('title'), key('main')]),
      entity('response', [text('body'), key('ticket'), key('answered')]),
    ],
    relations: [
      relation('ticket', 'response', { name: 'ticket_responses' }),
      relation('response', 'response', { name: 'response_answers', target_key: 'answered_id', ...more }),
      relation('response', 'ticket', { name: 'main_tickets', target_key: 'main_id', ...more }),
    ],
  };
};

let app: NestedApp;
afterEach(() => app.app.dispose());

/** A ticket whose main response is `first`, which `second` answers. */
async function serve(onDelete: string | undefined) {
  app = await createNestedApp(desk(onDelete));
  const data = [{ body: 'first' }, { body: 'second' }];
  const ticket = keyOf(await app.create('ticket', { title: 't', responses: { data } }));
  const [[first, second] = []] = await app.rows('SELECT min(id::text), max(id::text) FROM responses');
  return { ticket, first, second };
}
const answered = () => app.rows('SELECT id, answered_id, _version::int FROM responses ORDER BY id');
const change = (ticket: string, patch: Input, data: readonly Input[]) =>
  app.update('ticket', ticket, { ...patch, responses: { data } });

describe('a record whose key of a deleted one is emptied', () => {
  it('is saved as it is then, and each of its events follows the one before', async () => {
    const { ticket, first, second } = await serve('set_null');
    await app.rows('UPDATE responses SET answered_id = $1::uuid WHERE id = $2::uuid', [first, second]);
    await app.rows('TRUNCATE _outbox');
    keyOf(
      await change(ticket, {}, [
        { id: first, delete: true },
        { id: second, body: 'changed' },
      ]),
    );
    expect(await answered()).toEqual([[second, null, 3]]);
    const events = await app.rows(
      `SELECT (payload->>'version')::int, payload->'previous'->'answered_id', payload->'changed'
         FROM _outbox WHERE payload->>'key' = $1 ORDER BY id`,
      [second],
    );
    expect(events).toEqual([
      [2, first, ['answered_id']],
      [3, null, ['body']],
    ]);
  });

  it('does not refer to it again', async () => {
    const { ticket, first, second } = await serve('set_null');
    await app.rows('UPDATE responses SET answered_id = $1::uuid WHERE id = $2::uuid', [first, second]);
    const data = [
      { id: second, answeredId: first },
      { id: first, delete: true },
    ];
    expect(faults(await change(ticket, {}, data))).toEqual([
      'REFERENCE_NOT_FOUND patch.responses.data.0.answeredId reference',
    ]);
    expect(await answered()).toEqual([
      [first, null, 1],
      [second, first, 1],
    ]);
  });
});

it.each([undefined, 'detach', 'set_null'])(
  'a key of a record that is deleted further down is refused with on_delete %s',
  async (onDelete) => {
    const { ticket, first } = await serve(onDelete);
    expect(faults(await change(ticket, { mainId: first }, [{ id: first, delete: true }]))).toEqual([
      'REFERENCE_NOT_FOUND patch.mainId reference',
    ]);
    expect(await app.rows('SELECT main_id FROM tickets')).toEqual([[null]]);
  },
);
