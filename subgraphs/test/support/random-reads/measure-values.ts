/** Aggregates of records, added up one by one. */
import { compareBySortKeys, type EntityModel, type FieldModel, type FilterRecord } from '@rocket/schema';
import { averageOf, decimalText, exactDecimal, sumOf } from './exact-decimal.ts';
import { answeredValue } from './field-value.ts';
import type { AggregateName, Measures } from './read-tree.ts';
import { ascending } from './world/world.ts';

/** In the shape of the answer. */
export function measureValues(
  entity: EntityModel,
  records: readonly FilterRecord[],
  measures: Measures,
): Record<string, unknown> {
  const values: Record<string, unknown> = measures.count ? { count: records.length } : {};
  for (const each of measures.of) {
    const fields = each.fields.map((name) => {
      const field = entity.fieldByGraphqlName.get(name);
      if (field === undefined) throw new Error(`${entity.name} has no ${name}`);
      return [name, measureValue(each.function, field, records)];
    });
    values[each.function] = Object.fromEntries(fields);
  }
  return values;
}

/** As it is answered. */
export function measureValue(
  name: AggregateName,
  field: FieldModel,
  records: readonly FilterRecord[],
): unknown {
  const present = records.filter((record) => (record[field.name] ?? null) !== null);
  const sorted = present.toSorted((a, b) => compareBySortKeys(a, b, { keys: [ascending(field)] }));
  switch (name) {
    case 'countDistinct':
      return sorted.filter((record, index) => isOther(field, record, sorted[index - 1])).length;
    case 'sum':
      return present.length === 0 ? null : sumValue(field, present);
    case 'avg':
      return present.length === 0 ? null : averageValue(field, present);
    case 'min':
      return answeredValue(field, sorted.at(0) ?? {});
    case 'max':
      return answeredValue(field, sorted.at(-1) ?? {});
    default:
      return name satisfies never;
  }
}

function isOther(field: FieldModel, record: FilterRecord, before: FilterRecord | undefined): boolean {
  return before === undefined || compareBySortKeys(record, before, { keys: [ascending(field)] }) !== 0;
}

function sumValue(field: FieldModel, records: readonly FilterRecord[]): unknown {
  if (field.type === 'float') return floatSum(field, records);
  return decimalText(sumOf(decimals(field, records)));
}

function averageValue(field: FieldModel, records: readonly FilterRecord[]): unknown {
  if (field.type === 'float') return floatSum(field, records) / records.length;
  const average = decimalText(averageOf(decimals(field, records)));
  return field.type === 'decimal' ? average : Number(average);
}

/** Exact whatever the order: the values are multiples of an eighth. */
function floatSum(field: FieldModel, records: readonly FilterRecord[]): number {
  return records.reduce((sum, record) => sum + Number(record[field.name]), 0);
}

function decimals(field: FieldModel, records: readonly FilterRecord[]) {
  return records.map((record) => exactDecimal(String(record[field.name])));
}
