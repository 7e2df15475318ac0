/**
 * Random records: few values each, so that filters hit; chosen where text, number and time are easily compared wrongly.
 */
import type { FilterRecord } from '@rocket/schema';
import fc from 'fast-check';
import { DANGLING_TEAM, labelId, personId } from './world-document.ts';

/** Records by entity, and pairs by join table, as rows have them. */
export type WorldData = Readonly<Record<string, readonly FilterRecord[]>>;

export const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'a_b',
  'a%b',
  '%',
  '\\',
  'é',
  'É',
  '\uFFFD',
  '😀',
  "o'x",
  '"',
  '10',
  '9',
];
export const JSON_VALUES: readonly unknown[] = [
  1,
  1.5,
  'a',
  '',
  '1',
  true,
  false,
  [],
  {},
  [1, 'a', null],
  [[1]],
  ['a', 'a'],
  { a: 1 },
  { a: null },
  { a: 'x', b: [1, 2] },
  { a: { b: [1, { c: 'x' }] } },
  { a: [] },
  { '1': 'b', a: 2 },
];

/** Values by field name: those of records, and of operands. */
export const POOLS: Readonly<Record<string, readonly unknown[]>> = {
  'team.id': [1, 2, 3, DANGLING_TEAM],
  'person.id': [1, 2, 3, 4, 5, 6].map(personId),
  'badge.id': ['b', 'B', 'a', 'ß'],
  'task.id': [
    '9007199254740993',
    '1',
    '10',
    '2',
    '-1',
    '9223372036854775807',
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
    '9',
    '11',
  ],
  'label.id': [1, 2, 3].map(labelId),
  title: TEXTS,
  name: TEXTS,
  code: ['a', 'ab', 'b', 'A'],
  word: ['', 'a', 'é', 'Z'],
  budget: ['-0.50', '0.00', '0.10', '10.00', '9.99', '1234567890123456.78'],
  age: [-1, 0, 1, 9, 10],
  rank: [1, 2, 3],
  status: ['draft', 'live', 'gone'],
  count: [-2_147_483_648, -1, 0, 1, 2_147_483_647],
  serial: ['-9223372036854775808', '-1', '0', '10', '9007199254740993', '9223372036854775807'],
  price: ['-0.50', '0.00', '0.10', '0.30', '10.00', '9999999999999999.99'],
  amount: ['-0.5', '0', '0.1', '0.30', '0.3', '7', '9007199254740993.1', '0.00000000000000000001'],
  ratio: [-1.5, 0, 0.25, 10, 9, 1_048_576.125],
  open: [true, false],
  token: [1, 2, 10].map(personId),
  day: ['0001-01-01', '1999-12-31', '2026-02-28', '9999-12-31'],
  at: [
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.001Z',
    '1969-12-31T23:59:59.999Z',
    '0099-03-01T00:00:00.000Z',
  ],
  deleted_at: ['2026-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
  extra: JSON_VALUES,
};

function pool(name: string): fc.Arbitrary<unknown> {
  return fc.constantFrom(...(POOLS[name] ?? []));
}

/** Null for one in `oneIn`. */
function maybe(name: string, oneIn = 4): fc.Arbitrary<unknown> {
  return fc.option(pool(name), { freq: oneIn });
}

/** Most records are there. */
const deletedAt = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: pool('deleted_at') },
);

/** A record for most keys of the pool; the other keys dangle. */
function records(
  entity: string,
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<readonly FilterRecord[]> {
  const keys = POOLS[`${entity}.id`] ?? [];
  const slots = keys.map((id) =>
    fc.option(
      fc.record(fields).map((row): FilterRecord => ({ id, ...row })),
      { freq: 4 },
    ),
  );
  return fc.tuple(...slots).map((rows) => rows.filter((row) => row !== null));
}

const PARTS = {
  team: records('team', { title: maybe('title'), budget: maybe('budget') }),
  person: records('person', {
    name: maybe('name'),
    age: maybe('age'),
    team_id: maybe('team.id'),
    boss_id: maybe('person.id'),
    deleted_at: deletedAt,
  }),
  badge: records('badge', { person_id: maybe('person.id'), code: maybe('code') }),
  task: records('task', {
    title: maybe('title'),
    status: maybe('status'),
    person_id: maybe('person.id', 6),
    count: maybe('count'),
    serial: maybe('serial'),
    price: maybe('price'),
    amount: maybe('amount'),
    ratio: maybe('ratio'),
    open: maybe('open'),
    token: maybe('token'),
    day: maybe('day'),
    at: maybe('at'),
    extra: maybe('extra'),
    deleted_at: deletedAt,
  }),
  label: records('label', { word: pool('word'), rank: maybe('rank') }),
  task_labels: fc.uniqueArray(fc.record({ task_id: pool('task.id'), label_id: pool('label.id') }), {
    maxLength: 24,
    size: 'max',
    selector: ({ task_id, label_id }) => `${task_id} ${label_id}`,
  }),
};

export const worldData: fc.Arbitrary<WorldData> = fc.noBias(fc.record(PARTS));
