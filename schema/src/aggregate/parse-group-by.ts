/** Turns the arguments of `...GroupBy`, already coerced by the executor, into what the database is asked. */

import type { EntityModel } from '../model/app-model.ts';
import { isOrderable } from '../values/scalar-type.ts';
import { badInput, type InputPath } from '../where/input-place.ts';
import { operandEntries } from '../where/operand-entries.ts';
import type { GroupBy, GroupKey, TimeBucket } from './aggregate.ts';
import { parseGroupOrder } from './parse-group-order.ts';
import { parseHaving } from './parse-having.ts';

const MAX_KEYS = 16;
const BUCKETS: readonly TimeBucket[] = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR'];

export interface GroupByArguments {
  readonly by: unknown;
  readonly having?: unknown;
  readonly orderBy?: unknown;
  readonly limit?: unknown;
}

/** @throws RocketError `BAD_USER_INPUT` that names the place, e.g. `by[1].bucket` or `having.sum.total` */
export function parseGroupBy(args: GroupByArguments, entity: EntityModel): GroupBy {
  const keys = parseKeys(args.by, entity);
  return {
    keys,
    having: args.having === undefined ? null : parseHaving(args.having, entity),
    order: parseGroupOrder(args.orderBy, entity, keys),
    limit: parseLimit(args.limit, entity.maxPageSize),
  };
}

function parseKeys(by: unknown, entity: EntityModel): readonly GroupKey[] {
  const path = ['by'];
  if (!Array.isArray(by) || by.length === 0) throw badInput(path, 'must be a list with at least one field');
  if (by.length > MAX_KEYS) throw badInput(path, `may have at most ${MAX_KEYS} fields`);
  const keys: GroupKey[] = [];
  for (const [index, element] of by.entries()) {
    const place = [...path, String(index)];
    const key = parseKey(element, entity, place);
    if (keys.some(({ field }) => field === key.field))
      throw badInput([...place, 'field'], `repeats ${key.field.graphqlName}`);
    keys.push(key);
  }
  return keys;
}

function parseKey(element: unknown, entity: EntityModel, path: InputPath): GroupKey {
  const entries = new Map(operandEntries(element, path));
  const unknown = [...entries.keys()].find((name) => name !== 'field' && name !== 'bucket');
  if (unknown !== undefined) throw badInput([...path, unknown], 'is neither field nor bucket');
  const name = entries.get('field');
  const field = typeof name === 'string' ? entity.fieldByGraphqlName.get(name) : undefined;
  const place = [...path, 'field'];
  if (field === undefined) throw badInput(place, 'is not a field');
  if (!isOrderable(field.type)) throw badInput(place, `is a ${field.type} value, which cannot be grouped by`);
  return parseBucket({ field, bucket: null }, entries.get('bucket'), [...path, 'bucket']);
}

function parseBucket(key: GroupKey, value: unknown, path: InputPath): GroupKey {
  if (value === undefined || value === null) return key;
  const bucket = BUCKETS.find((known) => known === value);
  if (bucket === undefined) throw badInput(path, `must be one of ${BUCKETS.join(', ')}`);
  const { type, graphqlName } = key.field;
  if (type !== 'timestamp' && type !== 'date')
    throw badInput(path, `is for times and dates only, and ${graphqlName} is neither`);
  if (type === 'date' && bucket === 'HOUR') throw badInput(path, `may not be HOUR: ${graphqlName} is a date`);
  return { ...key, bucket };
}

function parseLimit(value: unknown, largest: number): number {
  if (value === undefined || value === null) return largest;
  const path = ['limit'];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw badInput(path, 'must be a whole number');
  if (value < 0) throw badInput(path, 'may not be negative');
  if (value > largest) throw badInput(path, `may be at most ${largest}`);
  return value;
}
