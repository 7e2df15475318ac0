/** Groups of records, made one by one. */
import {
  compareBySortKeys,
  type EntityModel,
  type FieldModel,
  type Filter,
  type FilterRecord,
  type GroupKey,
  type Having,
  type Measure,
  matches,
  measureType,
  parseGroupBy,
  type SortKey,
} from '@rocket/schema';
import { answeredValue } from './field-value.ts';
import { measureValue, measureValues } from './measure-values.ts';
import type { GroupByRead } from './read-tree.ts';
import { ascending, type World } from './world/world.ts';

interface Group {
  /** The keys' values by column. */
  readonly key: FilterRecord;
  readonly records: FilterRecord[];
}

/** In the shape of the answer. */
export function groupValues(world: World, entity: EntityModel, read: GroupByRead): readonly unknown[] {
  const { by, having, orderBy, limit } = read;
  const parsed = parseGroupBy({ by, having, orderBy, limit }, entity);
  const groups = groupsOf(parsed.keys, world.source(entity, world.all(entity), read.args));
  const kept = groups.filter(
    (group) => parsed.having === null || matches(havingFilter(parsed.having), facts(entity, group)),
  );
  const keys = parsed.order.map(
    ({ by: what, descending }): SortKey => ({
      via: [],
      field: what.kind === 'key' ? what.key.field : pseudoField(what.measure),
      descending,
    }),
  );
  const sorted = kept.toSorted((a, b) => compareBySortKeys(facts(entity, a), facts(entity, b), { keys }));
  return sorted.slice(0, parsed.limit).map((group) => ({
    key: Object.fromEntries(
      parsed.keys.map(({ field }) => [field.graphqlName, answeredValue(field, group.key)]),
    ),
    ...measureValues(entity, group.records, read.measures),
  }));
}

function groupsOf(keys: readonly GroupKey[], records: readonly FilterRecord[]): readonly Group[] {
  const groups: Group[] = [];
  const order = keys.map(({ field }) => ascending(field));
  for (const record of records) {
    const key = Object.fromEntries(keys.map((each) => [each.field.name, groupKeyValue(each, record)]));
    const known = groups.find((group) => compareBySortKeys(group.key, key, { keys: order }) === 0);
    if (known === undefined) groups.push({ key, records: [record] });
    else known.records.push(record);
  }
  return groups;
}

function groupKeyValue({ field, bucket }: GroupKey, record: FilterRecord): unknown {
  const value = record[field.name] ?? null;
  if (value === null || bucket === null) return value;
  const start = bucketStart(new Date(String(value)), bucket).toISOString();
  return field.type === 'date' ? start.slice(0, 'YYYY-MM-DD'.length) : start;
}

function bucketStart(at: Date, bucket: NonNullable<GroupKey['bucket']>): Date {
  const start = new Date(at);
  start.setUTCMinutes(0, 0, 0);
  if (bucket === 'HOUR') return start;
  start.setUTCHours(0);
  if (bucket === 'DAY') return start;
  if (bucket === 'WEEK') {
    start.setUTCDate(start.getUTCDate() - ((start.getUTCDay() + 6) % 7));
    return start;
  }
  start.setUTCDate(1);
  if (bucket === 'QUARTER') start.setUTCMonth(Math.floor(start.getUTCMonth() / 3) * 3);
  if (bucket === 'YEAR') start.setUTCMonth(0);
  return start;
}

/** All that a condition or an order can be about, as one record. */
function facts(entity: EntityModel, { key, records }: Group): FilterRecord {
  const values: Record<string, unknown> = { ...key, 'count()': records.length };
  for (const field of entity.fields) {
    if (field.type === 'json') continue;
    for (const name of ['countDistinct', 'min', 'max'] as const)
      values[`${name}(${field.name})`] = measureValue(name, field, records);
    if (!['int', 'bigint', 'float', 'decimal'].includes(field.type)) continue;
    for (const name of ['sum', 'avg'] as const)
      values[`${name}(${field.name})`] = measureValue(name, field, records);
  }
  return values;
}

/** A field of the record of facts. */
function pseudoField(measure: Measure): FieldModel {
  const name = measure.kind === 'count' ? 'count()' : `${measure.function}(${measure.field.name})`;
  return {
    name,
    graphqlName: name,
    type: measureType(measure),
    required: false,
    nullable: true,
    unique: false,
    indexed: false,
    searchable: false,
    isPrimaryKey: false,
    isForeignKey: false,
    writable: false,
  };
}

function havingFilter(having: Having): Filter {
  switch (having.kind) {
    case 'all':
    case 'any':
      return { kind: having.kind, filters: having.conditions.map((part) => havingFilter(part)) };
    case 'not':
      return { kind: 'not', filter: havingFilter(having.condition) };
    case 'compare':
    case 'in':
    case 'isNull': {
      const { measure, ...rest } = having;
      return { ...rest, field: pseudoField(measure) };
    }
    default:
      return having satisfies never;
  }
}
