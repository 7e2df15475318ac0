import { expect, it } from 'vitest';
import { accessText } from '../../src/access/access-text.ts';
import { type Filter, MATCH_ALL, MATCH_NONE } from '../../src/filter/filter.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';

const ENTITY = entityOf(
  model({
    entities: [
      entity('a', [
        { name: 'x', type: 'int' },
        { name: 'y', type: 'string' },
      ]),
    ],
  }),
  'a',
);
const field = (name: string) => {
  const found = ENTITY.fieldByName.get(name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
};
const x = (value: number): Filter => ({ kind: 'compare', field: field('x'), operator: 'eq', value });
const y = (value: string): Filter => ({ kind: 'compare', field: field('y'), operator: 'ne', value });
const all = (...filters: Filter[]): Filter => ({ kind: 'all', filters });
const any = (...filters: Filter[]): Filter => ({ kind: 'any', filters });
const text = (operator: 'like' | 'contains', ignoreCase: boolean): Filter => ({
  kind: 'text',
  field: field('y'),
  operator,
  value: 'o%',
  ignoreCase,
});

it.each<[string, Filter, string]>([
  ['everything', MATCH_ALL, 'true'],
  ['nothing', MATCH_NONE, 'false'],
  ['a comparison', x(1), 'x = 1'],
  ['a text that looks like a condition', y('a" or x = "1'), 'y != "a\\" or x = \\"1"'],
  ['null', { kind: 'isNull', field: field('x'), isNull: true }, 'x is null'],
  ['no null', { kind: 'isNull', field: field('x'), isNull: false }, 'x is not null'],
  ['a list', { kind: 'in', field: field('x'), values: [2, 1, 2], negated: false }, 'x in [1,2]'],
  ['no such list', { kind: 'in', field: field('y'), values: ['1'], negated: true }, 'y not in ["1"]'],
  ['a pattern', text('like', false), 'y like "o%"'],
  ['a part, ignoring case', text('contains', true), 'y contains ignoring case "o%"'],
  ['parts in any order', all(y('a'), x(1)), 'x = 1 and y != "a"'],
  ['a repeated part', any(x(1), all(x(1), x(1))), 'x = 1'],
  ['a single joined part', any(all(x(1), y('a'))), 'x = 1 and y != "a"'],
  ['parts of parts', any(x(2), all(y('a'), x(1))), '(x = 1 and y != "a") or x = 2'],
  ['parts the other way', all(any(y('a'), x(1)), x(2)), '(x = 1 or y != "a") and x = 2'],
  ['nothing within', all(x(1), MATCH_NONE), 'false and x = 1'],
])('%s', (_name, filter, expected) => {
  expect(accessText(filter)).toBe(expected);
});

it.each<[string, Filter]>([
  ['not', { kind: 'not', filter: x(1) }],
  ['search', { kind: 'search', fields: [field('y')], query: 'a' }],
  ['jsonHasKey', { kind: 'jsonHasKey', field: field('y'), key: 'a' }],
])('refuses %s, which no policy makes', (kind, filter) => {
  expect(() => accessText(all(x(1), filter))).toThrow(`No policy makes a filter of kind ${kind}`);
});
