import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WritePipeline } from '../../src/write/pipeline.ts';
import { ADMIN, createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

const WRITERS = 50;
const CHANGES_EACH = 4;
const DOCUMENT = {
  version: 1,
  entities: [
    entity(
      'page',
      [
        { name: 'title', type: 'string', required: true },
        { name: 'slug', type: 'string', required: true, unique: true },
        { name: 'count', type: 'int', default: 0 },
      ],
      { slug: { field: 'slug', source: 'title' } },
    ),
  ],
};

let app: WriteApp;
let writes: WritePipeline;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  writes = app.writes(DOCUMENT);
});
afterAll(() => app.dispose());

const rows = (text: string, values: readonly unknown[] = []) => app.database.query({ text, values });
const writers = <T>(work: (writer: number) => Promise<T>) =>
  Promise.all(Array.from({ length: WRITERS }, (_, writer) => work(writer)));

describe('many writers at once', () => {
  it('lose no update of one record, and leave no gap in its versions', async () => {
    const created = await writes.create(ADMIN, 'page', { title: 'counted' });
    const id = created.ok ? created.key : '';
    let conflicts = 0;
    const increment = async (): Promise<void> => {
      for (;;) {
        const [row = []] = await rows('SELECT count, _version FROM pages WHERE id = $1', [id]);
        const [count, version] = row.map(Number);
        const result = await writes.update(ADMIN, 'page', {
          id,
          patch: { count: (count ?? 0) + 1 },
          expectedVersion: version ?? 0,
        });
        if (result.ok) return;
        expect(result.errors).toMatchObject([{ code: 'VERSION_CONFLICT', path: ['expectedVersion'] }]);
        conflicts += 1;
      }
    };
    await writers(async () => {
      for (let change = 0; change < CHANGES_EACH; change += 1) await increment();
    });
    const changes = WRITERS * CHANGES_EACH;
    expect(await rows('SELECT count, _version::int FROM pages WHERE id = $1', [id])).toEqual([
      [changes, 1 + changes],
    ]);
    const versions = await rows(
      `SELECT (payload->>'version')::int FROM _outbox WHERE payload->>'key' = $1 ORDER BY id`,
      [id],
    );
    expect(versions.flat()).toEqual(Array.from({ length: 1 + changes }, (_, index) => index + 1));
    expect(conflicts).toBeGreaterThan(0);
  });

  it('give each of their records a slug of its own', async () => {
    const results = await writers(() => writes.create(ADMIN, 'page', { title: 'The same title' }));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    const [found] = await rows(
      `SELECT count(*)::int, count(DISTINCT slug)::int, bool_and(slug LIKE 'the-same-title%')
         FROM pages WHERE title = 'The same title'`,
    );
    expect(found).toEqual([WRITERS, WRITERS, true]);
  });
});
