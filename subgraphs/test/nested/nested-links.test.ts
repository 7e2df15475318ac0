/** Many-to-many links that are written with a record. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createNestedApp,
  faults,
  helpdesk,
  type Input,
  keyOf,
  type NestedApp,
  NOBODY,
} from '../support/nested-app.ts';
import { callerWith } from '../support/write-app.ts';

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(helpdesk);
});
afterAll(() => app.app.dispose());
beforeEach(() => app.clear());

const AGENT = callerWith(['agent']);
const ticket = async () => keyOf(await app.create('ticket', { title: 't' }));

describe('many-to-many links', () => {
  const label = async (name: string, secret = 'no') => keyOf(await app.create('label', { name, secret }));
  const labels = async (id: string) =>
    (
      await app.rows(
        'SELECT l.name FROM ticket_labels tl JOIN labels l ON l.id = tl.label_id WHERE tl.ticket_id = $1::uuid ORDER BY 1',
        [id],
      )
    ).map(([name]) => name);
  const link = (id: string, input: Input, caller = callerWith([])) =>
    app.update('ticket', id, { labels: input }, caller.roles.length > 0 ? caller : undefined);

  it('are added, removed and replaced', async () => {
    const [a, b, c, d] = [await label('a'), await label('b'), await label('c'), await label('d')];
    const id = keyOf(await app.create('ticket', { title: 't', labels: { data: [{ id: a }], add: [b] } }));
    expect(await labels(id)).toEqual(['a', 'b']);
    keyOf(await link(id, { data: [{ id: a }, { id: b, delete: true }, { id: c }] }));
    expect(await labels(id)).toEqual(['a', 'c']);
    keyOf(await link(id, { mode: 'APPEND', data: [{ id: a }, { id: b }] }));
    expect(await labels(id)).toEqual(['a', 'b', 'c']);
    expect(faults(await link(id, { mode: 'APPEND', data: [{ id: a, delete: true }] }))).toEqual([
      'VALIDATION_FAILED patch.labels.data.0.id append',
    ]);
    keyOf(
      await link(id, { mode: 'REPLACE', data: [{ id: a }, { id: d }, { id: c, delete: true }], add: [b] }),
    );
    expect(await labels(id)).toEqual(['a', 'b', 'd']);
    keyOf(await link(id, { mode: 'REPLACE', remove: [d, c] }));
    expect(await labels(id)).toEqual(['a', 'b']);
    keyOf(await link(id, { mode: 'REPLACE', data: [] }));
    expect(await labels(id)).toEqual([]);
    expect(await app.rows('SELECT count(*)::int FROM labels')).toEqual([[4]]);
  });

  it('are written from the other side too', async () => {
    const [one, two] = [await ticket(), await ticket()];
    const id = keyOf(await app.create('label', { name: 'l', tickets: { add: [one, two] } }));
    expect([await labels(one), await labels(two)]).toEqual([['l'], ['l']]);
    keyOf(await app.update('label', id, { tickets: { mode: 'REPLACE', data: [{ id: two }] } }));
    expect([await labels(one), await labels(two)]).toEqual([[], ['l']]);
  });

  it('lead to records that the caller may read, and no record is named twice', async () => {
    const [open, secret] = [await label('open'), await label('secret', 'yes')];
    const id = await ticket();
    const data = [{ id: open }, { id: NOBODY }, { id: secret }];
    expect(faults(await link(id, { data, add: ['nonsense'] }, AGENT))).toEqual([
      'REFERENCE_NOT_FOUND patch.labels.add.0 reference',
    ]);
    expect(faults(await link(id, { data }, AGENT))).toEqual([
      'REFERENCE_NOT_FOUND patch.labels.data.1.id reference',
      'REFERENCE_NOT_FOUND patch.labels.data.2.id reference',
    ]);
    expect(faults(await link(id, { data: [{ id: open }], remove: [open] }))).toEqual([
      'VALIDATION_FAILED patch.labels.remove.0 duplicate',
    ]);
    keyOf(await link(id, { add: [secret] }));
    // What the caller does not see is not theirs to replace.
    keyOf(await link(id, { mode: 'REPLACE', data: [{ id: open }] }, AGENT));
    expect(await labels(id)).toEqual(['open', 'secret']);
    // Nor to remove by name, which says no more of it than of a record that is not there.
    keyOf(await link(id, { data: [{ id: secret, delete: true }], remove: [open, NOBODY] }, AGENT));
    expect(await labels(id)).toEqual(['secret']);
    keyOf(await link(id, { remove: [secret] }));
    expect(await labels(id)).toEqual([]);
  });
});
