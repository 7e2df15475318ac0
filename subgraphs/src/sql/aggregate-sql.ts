/** Aggregates and groups as JSON. */
import { quoteIdentifier } from '@rocket/platform';
import { type GroupKey, type Measure, measureType } from '@rocket/schema';
import type { AggregateField, AggregatePlan, GroupKeyField } from '../read/read-plan.ts';
import { JsonConcat } from './json-concat.ts';
import { fieldValueType, jsonValue } from './json-text.ts';
import { sqlType } from './parameters.ts';
import type { ChildRows } from './record-row.ts';
import { conditionsSql } from './rows-sql.ts';

export function aggregateJson(plan: AggregatePlan, at: ChildRows): JsonConcat {
  const json = measuresJson(plan.fields, at.alias);
  // Without a number it would not be one row over all records but one for each of them.
  if (!plan.fields.some(hasMeasure)) return json;
  const where = conditionsSql(plan.source, { alias: at.alias, on: at.rows.on }, at.parameters);
  return new JsonConcat().expression(`(SELECT ${json.sql()} FROM ${at.rows.from} WHERE ${where})`);
}

function hasMeasure(field: AggregateField): boolean {
  return field.kind === 'measure' || (field.kind === 'measures' && field.fields.some(hasMeasure));
}

/** The JSON object of measures over the rows that are aggregated. */
export function measuresJson(fields: readonly AggregateField[], alias: string): JsonConcat {
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    switch (field.kind) {
      case 'constant':
        json.constant(field.json);
        break;
      case 'measure':
        json.append(measureJson(field.measure, alias));
        break;
      case 'measures':
        json.append(measuresJson(field.fields, alias));
        break;
      case 'groupKeys':
        json.append(groupKeysJson(field.fields, alias));
        break;
      default:
        return field satisfies never;
    }
  }
  return json.constant('}');
}

function groupKeysJson(fields: readonly GroupKeyField[], alias: string): JsonConcat {
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else json.append(jsonValue(groupKeySql(field.groupKey, alias), fieldValueType(field.groupKey.field)));
  }
  return json.constant('}');
}

function measureJson(measure: Measure, alias: string): JsonConcat {
  const value = measureSql(measure, alias);
  if (measure.kind === 'count' || measure.function === 'countDistinct')
    return new JsonConcat().expression(`${value}::text`);
  return jsonValue(value, { type: measureType(measure), nullable: true, isId: false });
}

/** The number itself, in the type that is answered and compared. */
export function measureSql(measure: Measure, alias: string): string {
  if (measure.kind === 'count') return 'count(*)';
  const column = `${alias}.${quoteIdentifier(measure.field.name)}`;
  if (measure.function === 'countDistinct') return `count(DISTINCT ${column})`;
  const type = measureType(measure);
  // Postgres' own average of floats keeps a sum of squares, which overflows where the average itself does not.
  if (measure.function === 'avg' && measure.field.type === 'float')
    return `(sum(${column}) / nullif(count(${column}), 0))`;
  return `${measure.function}(${column})::${sqlType({ type })}`;
}

/** Buckets begin at their UTC start; a date has no zone that could move it. */
export function groupKeySql(key: GroupKey, alias: string): string {
  const column = `${alias}.${quoteIdentifier(key.field.name)}`;
  if (key.bucket === null) return column;
  const unit = `'${key.bucket.toLowerCase()}'`;
  return key.field.type === 'date'
    ? `date_trunc(${unit}, ${column}::timestamp)::date`
    : `date_trunc(${unit}, ${column}, 'UTC')`;
}
