/** How much one write may be, and how many statements it takes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WriteResult } from '../../src/write/pipeline.ts';
import {
  createNestedApp,
  faults,
  helpdesk,
  type Input,
  keyOf,
  type NestedApp,
} from '../support/nested-app.ts';

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(helpdesk);
});
afterAll(() => app.app.dispose());
beforeEach(() => app.clear());

const respond = (id: string, mode: string, data: readonly Input[]) =>
  app.update('ticket', id, { responses: { mode, data } });

describe('limits', () => {
  const many = (count: number) => ({
    title: 't',
    responses: {
      data: Array.from({ length: count }, (_, index) => ({ body: `b${index}`, code: `c${index}` })),
    },
  });

  it('a thousand children are written, and 10,000 with their parent at most', async () => {
    const id = keyOf(await app.create('ticket', many(1_000)));
    expect(await app.rows('SELECT count(*)::int FROM responses WHERE ticket_id = $1::uuid', [id])).toEqual([
      [1_000],
    ]);
    expect(await app.rows('SELECT count(*)::int FROM _outbox')).toEqual([[1_001]]);
    expect(faults(await app.create('ticket', many(10_001)))).toEqual([
      'VALIDATION_FAILED input.responses max_records',
    ]);
    expect(faults(await app.create('ticket', many(10_000)))).toEqual([
      'VALIDATION_FAILED input.responses max_records',
    ]);
  });

  it('five levels below the record', async () => {
    const nested = (levels: number): Input =>
      levels === 0 ? { title: 't' } : { title: 't', children: { data: [nested(levels - 1)] } };
    keyOf(await app.create('topic', nested(5)));
    expect(faults(await app.create('topic', nested(6)))).toEqual([
      `VALIDATION_FAILED input${'.children.data.0'.repeat(5)}.children max_depth`,
    ]);
  });

  it('a hundred children take as many statements as ten', async () => {
    const counted = async (write: () => Promise<WriteResult>) => {
      app.statements();
      keyOf(await write());
      return app.statements().length;
    };
    const changed = async (id: string) => {
      const ids = await app.rows('SELECT id FROM responses WHERE ticket_id = $1::uuid', [id]);
      return ids.map(([key]) => ({ id: key, body: 'changed' }));
    };
    const counts: number[][] = [];
    for (const count of [10, 100]) {
      await app.rows('TRUNCATE responses, tickets');
      const created = await counted(() => app.create('ticket', many(count)));
      const [[id] = []] = await app.rows('SELECT id FROM tickets');
      const data = await changed(String(id));
      const updated = await counted(() => respond(String(id), 'DIFF', data));
      const replaced = await counted(() => respond(String(id), 'REPLACE', [{ body: 'x' }]));
      counts.push([created, updated, replaced]);
    }
    expect(counts[1]).toEqual(counts[0]);
    // Parent, savepoint, children, its release, outbox.
    expect(counts[0]?.[0]).toBe(5);
  });

  it('a record alone takes two statements, as ever', async () => {
    app.statements();
    keyOf(await app.create('ticket', { title: 't' }));
    expect(app.statements()).toHaveLength(2);
  });
});
