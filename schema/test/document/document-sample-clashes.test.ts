/** Rows of a document that clash with each other: inserting them would drop the second in silence. */
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { APP, entity, type JsonObject, manyToMany } from '../support/document-fixture.ts';
import { type FaultCase, itRefuses } from './document-fault-fixture.ts';

const id = (digit: string): string => `00000000-0000-4000-8000-00000000000${digit}`;
const rows = (field: JsonObject, ...sample: readonly JsonObject[]): JsonObject => ({
  entities: [entity('a', [{ name: 'x', unique: true, ...field }])],
  sample_data: { a: sample },
});
const links = (...sample: readonly JsonObject[]): JsonObject => ({
  entities: [entity('a'), entity('b')],
  relations: [manyToMany('links', ['a', 'b'])],
  sample_data: { links: sample },
});

const X: JsonObject = { type: 'string' };
const clashes: readonly FaultCase[] = [
  [
    'one key, however it is written',
    rows(X, { id: id('a') }, { id: id('a').toUpperCase() }),
    ['$.sample_data.a[1].id'],
  ],
  ['one unique value', rows(X, { x: 'y' }, { x: 'z' }, { x: 'y' }), ['$.sample_data.a[2].x']],
  ['the default of a unique field, twice', rows({ ...X, default: 'd' }, {}, {}), ['$.sample_data.a[1]']],
  ['a default and the same value', rows({ ...X, default: 'd' }, {}, { x: 'd' }), ['$.sample_data.a[1].x']],
  ['equal numbers', rows({ type: 'decimal' }, { x: '1.50' }, { x: 1.5 }), ['$.sample_data.a[1].x']],
  [
    'numbers that are equal once they are stored',
    rows({ type: 'decimal', precision: 2 }, { x: '-1.5' }, { x: '-1.50' }),
    ['$.sample_data.a[1].x'],
  ],
  [
    'one instant in two zones',
    rows({ type: 'timestamp' }, { x: '2026-01-01T02:00:00+02:00' }, { x: '2026-01-01' }),
    ['$.sample_data.a[1].x'],
  ],
  [
    'one link twice',
    links({ left_id: id('1'), right_id: id('2') }, { right_id: id('2'), left_id: id('1') }),
    ['$.sample_data.links[1]'],
  ],
];

describe('sample rows that clash', () => {
  itRefuses(clashes);

  it('are named by both places', () => {
    const result = parseDocument({ version: 1, ...rows(X, { x: 'y' }, { x: 'y' }) }, APP);
    expect(result).toMatchObject({
      faults: [
        { path: '$.sample_data.a[1].x', message: '"y" is already the value of "x" at $.sample_data.a[0].x' },
      ],
    });
  });

  it.each<[string, JsonObject]>([
    ['nulls', rows(X, { x: null }, { x: null }, {}, {})],
    ['generated keys', rows(X, { id: null }, {}, {})],
    ['values of different case', rows(X, { x: 'y' }, { x: 'Y' })],
    [
      'links that share one end',
      links(...['1', '2'].map((right) => ({ left_id: id('1'), right_id: id(right) }))),
    ],
  ])('are not: %s', (_name, document) => {
    expect(parseDocument({ version: 1, ...document }, APP)).toMatchObject({ ok: true });
  });

  it('are not reported beside a value that does not fit', () => {
    const document = rows({ type: 'int', default: 1 }, { x: 1 }, { x: 'one' });
    const result = parseDocument({ version: 1, ...document }, APP);
    expect(result.ok ? [] : result.faults.map(({ path }) => path)).toEqual(['$.sample_data.a[1].x']);
  });
});
