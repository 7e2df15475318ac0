/** Events as the outbox keeps them, for who has met one on the stream that came without its record. */
import { parseJson, readStream } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readStored } from '../../src/outbox/stored-events.ts';
import type { WritePipeline, WriteResult } from '../../src/write/pipeline.ts';
import { ADMIN, createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('note', [
      { name: 'body', type: 'text' },
      { name: 'extra', type: 'json' },
    ]),
  ],
};
const BODY = 'x'.repeat(1_500_000);
/** Beyond a double. */
const EXTRA = '{"n": 123456789012345678901234567890, "s": "\\"\\\\ 🚀"}';

let app: WriteApp;
let writes: WritePipeline;
const ids = async () =>
  (await app.database.query({ text: 'SELECT id::text FROM _outbox ORDER BY id', values: [] })).map(([id]) =>
    String(id),
  );

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  writes = app.writes(DOCUMENT);
});
afterEach(() => app.dispose());

function keyOf(result: WriteResult): string {
  if (!result.ok) throw new Error(result.errors.map(({ message }) => message).join('; '));
  return result.key;
}

it('are whole, with all digits, in order of their ids', async () => {
  const id = keyOf(await writes.create(ADMIN, 'note', { body: BODY, extra: parseJson(EXTRA) }));
  keyOf(await writes.update(ADMIN, 'note', { id, patch: { body: 'short' } }));
  const [first = '', second = ''] = await ids();
  const events = await readStored(app.database, [second, first]);
  expect(events.map((event) => event.id)).toEqual([first, second]);
  const [created, updated] = events.map(({ payload }) => readStream(payload));
  expect(created).toMatchObject({
    kind: 'change',
    event: { id: first, app: 'test_app', epoch: 1, op: 'create', key: id, omitted: false, previous: null },
  });
  expect(updated).toMatchObject({
    kind: 'change',
    event: { id: second, op: 'update', key: id, record: { body: 'short' }, previous: { body: BODY } },
  });
  const previous = updated?.kind === 'change' ? updated.event.previous : null;
  expect(JSON.stringify(previous?.['extra'])).toBe(JSON.stringify(parseJson(EXTRA)));
});

it('are not there when they were removed, or never were, each id alike', async () => {
  keyOf(await writes.create(ADMIN, 'note', { body: 'a' }));
  keyOf(await writes.create(ADMIN, 'note', { body: 'b' }));
  const [first = '', second = ''] = await ids();
  await app.database.query({ text: 'DELETE FROM _outbox WHERE id = $1::bigint', values: [first] });
  const found = await readStored(app.database, [first, second, second, '9223372036854775807', '-1']);
  expect(found.map((event) => event.id)).toEqual([second]);
  expect(await readStored(app.database, [])).toEqual([]);
});
