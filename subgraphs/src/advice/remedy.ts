/** The index that a shape would need, as a change of the document or else as SQL. */
import { quoteIdentifier } from '@rocket/platform';
import type { EntityModel, FieldModel, IndexRemedy, QueryShape } from '@rocket/schema';
import { fitting, type IndexKey } from '../indexes/desired-indexes.ts';
import { fitsName, hashedName } from '../indexes/index-names.ts';

/** Null when the document already has the best index, or none is possible. */
export function remedyFor(entity: EntityModel, shape: QueryShape): IndexRemedy | null {
  const keys = idealKeys(entity, shape);
  const [first, second] = keys;
  if (first === undefined) return null;
  const isPlain = keys.length === 1 || (keys.length === 2 && second?.field.isPrimaryKey === true);
  if (isPlain && !first.descending && second?.descending !== true) return indexedRemedy(entity, first.field);
  const stored = fitting(keys);
  // An index on a text of any length would make long writes fail; `indexed` also limits the text's length.
  if (stored.length < 2 || stored.at(-1) === first) return indexedRemedy(entity, first.field);
  return { kind: 'sql', sql: createIndexSql(entity, stored) };
}

/**
 * First the fields compared for equality; then the order or, where an index cannot provide it, the fields in ranges.
 */
function idealKeys(entity: EntityModel, shape: QueryShape): IndexKey[] {
  const { equal, range, order } = shape;
  const given = [...equal].sort();
  const [firstRange] = range;
  const sorted = order.filter(({ field }) => !equal.includes(field));
  const inRange = equal.length === 0 && firstRange !== undefined && !range.includes(sorted[0]?.field ?? '');
  const last = inRange ? [{ field: firstRange, descending: false }] : sorted;
  // An index can be read backwards as well as forwards.
  const flip = last.length > 0 && last.every(({ descending }) => descending);
  const keys = [
    ...given.map((field) => ({ field, descending: false })),
    ...last.map(({ field, descending }) => ({ field, descending: descending !== flip })),
  ].flatMap(({ field: name, descending }) => {
    const field = entity.fieldByName.get(name);
    return field === undefined ? [] : [{ field, descending }];
  });
  const end = keys.findIndex(({ field }) => field.isPrimaryKey);
  return end === -1 ? [...keys, { field: entity.primaryKey, descending: false }] : keys.slice(0, end + 1);
}

function indexedRemedy(entity: EntityModel, field: FieldModel): IndexRemedy | null {
  if (field.isPrimaryKey || field.indexed || field.unique || field.isForeignKey) return null;
  return { kind: 'document', field: `${entity.name}.${field.name}`, property: 'indexed' };
}

/** Uses a name that activations do not mistake for one of theirs. */
function createIndexSql(entity: EntityModel, keys: readonly IndexKey[]): string {
  const columns = keys.map(
    ({ field, descending }) => quoteIdentifier(field.name) + (descending ? ' DESC' : ''),
  );
  const plain = ['own', entity.table, ...keys.map(({ field }) => field.name)].join('_');
  const name = fitsName(plain) ? plain : hashedName(plain, plain);
  return `CREATE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quoteIdentifier(entity.table)} (${columns.join(', ')})`;
}
