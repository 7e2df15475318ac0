/** Random expressions of rules and guards, each with what it means, told naively. */
import fc from 'fast-check';

export type Row = Readonly<Record<string, string | number | null>>;

export const NUMBERS = ['a', 'b', 'c', 'd'];

export interface Seen {
  readonly record: Row;
  readonly old: Row;
  readonly action: string;
}

export interface Meaning {
  readonly text: string;
  /** Fields of the record that it names. */
  readonly fields: readonly string[];
  readonly holds: (seen: Seen) => boolean;
}

export const small = fc.integer({ min: -3, max: 6 });

const COMPARED: readonly (readonly [string, (left: number, right: number) => boolean])[] = [
  ['<', (left, right) => left < right],
  ['>=', (left, right) => left >= right],
  ['===', (left, right) => left === right],
];

const comparison: fc.Arbitrary<Meaning> = fc
  .record({
    field: fc.constantFrom(...NUMBERS),
    of: fc.constantFrom('record', 'old'),
    operator: fc.constantFrom(...COMPARED),
    value: small,
  })
  .map(({ field, of, operator: [sign, compare], value }) => ({
    text: `${of}.${field} ${sign} ${value}`,
    fields: of === 'record' ? [field] : [],
    holds: (seen) => {
      const found = (of === 'record' ? seen.record : seen.old)[field];
      return typeof found === 'number' && compare(found, value);
    },
  }));

const onAction: fc.Arbitrary<Meaning> = fc.constantFrom('create', 'update').map((action) => ({
  text: `action == '${action}'`,
  fields: [],
  holds: (seen) => seen.action === action,
}));

export const meaning: fc.Arbitrary<Meaning> = fc.oneof(
  comparison,
  onAction,
  fc.tuple(comparison, fc.oneof(comparison, onAction), fc.boolean()).map(([left, right, both]) => ({
    text: `${left.text} ${both ? 'and' : '||'} ${right.text}`,
    fields: [...left.fields, ...right.fields],
    holds: (seen: Seen) =>
      both ? left.holds(seen) && right.holds(seen) : left.holds(seen) || right.holds(seen),
  })),
  comparison.map(({ text, fields, holds }) => ({
    text: `!(${text})`,
    fields,
    holds: (seen: Seen) => !holds(seen),
  })),
);
