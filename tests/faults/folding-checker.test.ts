/** The judge of fault test 27 finds what subscribers and gateways would do wrong. */
import { describe, expect, test } from 'vitest';
import { FoldedChanges } from './folding/folded-changes.ts';
import { isExpected } from './folding/subscriber.ts';
import type { Operation, ToldChange } from './folding/told-change.ts';

/** Changes of one label, which nobody may see while it is called `secret`. */
function change(
  operation: Operation,
  { counter, version = counter, name = 'open' }: { counter: number; version?: number; name?: string },
): ToldChange {
  const row = { id: 'a', name, counter, version };
  const at = `2026-01-01T00:00:${String(counter * 10 + version)}Z`;
  const node = operation === 'REMOVED' ? null : row;
  return {
    ...{ operation, id: 'a', node, at, snapshot: false, cursor: `behind ${at}` },
    previous: operation === 'ADDED' ? null : { ...row, counter: counter - 1 },
  };
}

const ROW = { id: 'a', name: 'open', counter: 3 };
const ADDED = change('ADDED', { counter: 1 });
const UPDATED = change('UPDATED', { counter: 2 });
const LAST = change('UPDATED', { counter: 3 });
const REMOVED = change('REMOVED', { counter: 3 });

function folded(
  changes: readonly ToldChange[],
  operations: readonly Operation[] | null = null,
): FoldedChanges {
  const view = {
    table: 'label' as const,
    operations,
    sees: (row: object) => !('name' in row && row.name === 'secret'),
  };
  const folding = new FoldedChanges(view);
  for (const each of changes) folding.take(each);
  return folding;
}

const rows = (...all: readonly (typeof ROW)[]) => new Map(all.map((row) => [row.id, row]));

describe('what subscribers fold', () => {
  test.each([
    { what: 'every change', changes: [ADDED, UPDATED, LAST], now: rows(ROW) },
    { what: 'changes that come again', changes: [ADDED, UPDATED, LAST, LAST], now: rows(ROW) },
    { what: 'a removal', changes: [ADDED, UPDATED, REMOVED], now: rows() },
    {
      what: 'a record that is made again',
      changes: [ADDED, UPDATED, REMOVED, change('ADDED', { counter: 4, version: 1 })],
      now: rows({ ...ROW, counter: 4 }),
    },
  ])('is right by $what', ({ changes, now }) => {
    const folding = folded(changes);
    expect(folding.wrong).toEqual([]);
    expect(folding.differences(now)).toEqual([]);
  });

  test.each([
    { what: 'the last one is dropped', changes: [ADDED, UPDATED], now: rows(ROW) },
    { what: 'a removal is dropped', changes: [ADDED, UPDATED], now: rows() },
    // Who goes on behind a later cursor than the last that they took.
    { what: 'the first ones are skipped', changes: [], now: rows(ROW) },
    { what: 'a removal comes late', changes: [ADDED, UPDATED, LAST, REMOVED], now: rows(ROW) },
  ])('is not what there is when $what', ({ changes, now }) => {
    expect(folded(changes).differences(now)).toHaveLength(1);
  });

  test.each([
    {
      what: 'two cursors of one change',
      changes: [ADDED, { ...ADDED, cursor: 'another' }],
      wrong: /^is told with two cursors/,
    },
    {
      what: 'one cursor of two changes',
      changes: [ADDED, { ...UPDATED, cursor: ADDED.cursor }],
      wrong: /^has the cursor of/,
    },
    { what: 'an older version', changes: [LAST, UPDATED], wrong: /^goes back/ },
    {
      what: 'an older version of the same write',
      changes: [LAST, change('UPDATED', { counter: 3, version: 2 })],
      wrong: /^goes back/,
    },
    {
      what: 'a record of others',
      changes: [change('ADDED', { counter: 1, name: 'secret' })],
      wrong: /^may not be seen/,
    },
    {
      what: 'what a record was when it was of others',
      changes: [{ ...UPDATED, previous: { id: 'a', name: 'secret', counter: 1 } }],
      wrong: /^may not have been seen before/,
    },
    { what: 'a removal with a record', changes: [{ ...REMOVED, node: ROW }], wrong: /^is told in no form/ },
    { what: 'an update without one', changes: [{ ...UPDATED, node: null }], wrong: /^is told in no form/ },
  ])('is accused of $what', ({ changes, wrong }) => {
    expect(folded(changes).wrong).toEqual([expect.stringMatching(wrong)]);
  });

  test('is accused of an operation that was not asked for', () => {
    expect(folded([ADDED], ['REMOVED']).wrong).toEqual([expect.stringMatching(/^was not asked for/)]);
  });
});

describe('the end of a connection', () => {
  test.each([
    { ending: { kind: 'left' }, mayCut: false, expected: true },
    { ending: { kind: 'code', code: 'RESYNC_REQUIRED' }, mayCut: false, expected: true },
    { ending: { kind: 'code', code: 'INTERNAL_ERROR' }, mayCut: true, expected: false },
    { ending: { kind: 'cut', why: 'closed' }, mayCut: true, expected: true },
    { ending: { kind: 'cut', why: 'closed' }, mayCut: false, expected: false },
    { ending: { kind: 'silence' }, mayCut: true, expected: false },
  ] as const)('$ending with gateway away $mayCut is expected: $expected', ({ ending, mayCut, expected }) => {
    expect(isExpected(ending, mayCut)).toBe(expected);
  });
});
