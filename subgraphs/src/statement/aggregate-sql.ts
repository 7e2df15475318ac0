/** Aggregates and groups as JSON. */
import { quoteIdentifier } from '@rocket/platform';
import { type FieldModel, type GroupKey, type Measure, measureType } from '@rocket/schema';
import type { AggregateField, AggregatePlan, GroupKeyField } from '../read/read-plan.ts';
import { literalText } from '../sql/literal-text.ts';
import { sqlType } from '../sql/parameters.ts';
import { JsonConcat } from './json-concat.ts';
import { fieldValueType, jsonValue } from './json-text.ts';
import type { ChildRows } from './record-row.ts';
import { conditionsSql } from './rows-sql.ts';

/** Stands in the answer for a sum beyond the range of floats. It is a text, so it cannot be mistaken for a float. */
export const FLOAT_OVERFLOW = 'overflow';
const FLOAT_OVERFLOW_JSON = JSON.stringify(FLOAT_OVERFLOW);

const LARGEST_FLOAT = `${Number.MAX_VALUE}::numeric`;

/** The rows that are measured. */
type MeasuredRows = Pick<ChildRows, 'alias' | 'parameters'>;

export function aggregateJson(plan: AggregatePlan, at: ChildRows): JsonConcat {
  const json = measuresJson(plan.fields, at);
  // Without an aggregate function, the statement would return a row for each record instead of one row over all.
  if (!plan.fields.some(hasMeasure)) return json;
  const where = conditionsSql(plan.source, { alias: at.alias, on: at.rows.on }, at.parameters);
  return new JsonConcat().expression(`(SELECT ${json.sql()} FROM ${at.rows.from} WHERE ${where})`);
}

function hasMeasure(field: AggregateField): boolean {
  return field.kind === 'measure' || (field.kind === 'measures' && field.fields.some(hasMeasure));
}

/** The JSON object of measures over the rows that are aggregated. */
export function measuresJson(fields: readonly AggregateField[], at: MeasuredRows): JsonConcat {
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    switch (field.kind) {
      case 'constant':
        json.constant(field.json);
        break;
      case 'measure':
        json.append(measureJson(field.measure, at));
        break;
      case 'measures':
        json.append(measuresJson(field.fields, at));
        break;
      case 'groupKeys':
        json.append(groupKeysJson(field.fields, at.alias));
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

function measureJson(measure: Measure, at: MeasuredRows): JsonConcat {
  const value = measureSql(measure, at);
  if (measure.kind === 'count' || measure.function === 'countDistinct')
    return new JsonConcat().expression(`${value}::text`);
  const json = jsonValue(value, { type: measureType(measure), nullable: true, isId: false });
  if (!isNumericSum(measure, at)) return json;
  const overflows = isOverflowSql(`sum(${numericOf(measure.field, at.alias)})`);
  return new JsonConcat().expression(
    `CASE WHEN ${overflows} THEN ${literalText(FLOAT_OVERFLOW_JSON)} ELSE ${json.sql()} END`,
  );
}

/** SQL of the measure, in the type in which it is answered and compared. */
export function measureSql(measure: Measure, at: MeasuredRows): string {
  if (measure.kind === 'count') return 'count(*)';
  const column = `${at.alias}.${quoteIdentifier(measure.field.name)}`;
  if (measure.function === 'countDistinct') return `count(DISTINCT ${column})`;
  const type = measureType(measure);
  const isFloat = measure.field.type === 'float';
  if (isFloat && at.parameters.floatSums === 'numeric') {
    const value = numericOf(measure.field, at.alias);
    if (measure.function === 'sum') return floatSql(`sum(${value})`);
    if (measure.function === 'avg') return floatSql(`avg(${value})`);
  }
  // Postgres' own average of floats keeps a sum of squares, which overflows where the average itself does not.
  if (isFloat && measure.function === 'avg') return `(sum(${column}) / nullif(count(${column}), 0))`;
  return `${measure.function}(${column})::${sqlType({ type })}`;
}

function isNumericSum(measure: Measure, at: MeasuredRows): measure is Extract<Measure, { kind: 'field' }> {
  return (
    measure.kind === 'field' &&
    measure.function === 'sum' &&
    measure.field.type === 'float' &&
    at.parameters.floatSums === 'numeric'
  );
}

/** Converts through text, because a direct cast of a float keeps only 15 digits. */
function numericOf(field: FieldModel, alias: string): string {
  return `${alias}.${quoteIdentifier(field.name)}::text::numeric`;
}

/** True for a sum of finite floats that is larger than every float. */
function isOverflowSql(sum: string): string {
  return `abs(${sum}) > ${LARGEST_FLOAT} AND abs(${sum}) < 'Infinity'`;
}

/** A sum that is too large compares and sorts as infinity. */
function floatSql(number: string): string {
  const infinite = `CASE WHEN ${number} > 0 THEN 'Infinity' ELSE '-Infinity' END`;
  return `(CASE WHEN ${isOverflowSql(number)} THEN ${infinite} ELSE ${number}::text END)::double precision`;
}

/** The start of a bucket in UTC; dates are not affected by time zones. */
export function groupKeySql(key: GroupKey, alias: string): string {
  const column = `${alias}.${quoteIdentifier(key.field.name)}`;
  if (key.bucket === null) return column;
  const unit = `'${key.bucket.toLowerCase()}'`;
  return key.field.type === 'date'
    ? `date_trunc(${unit}, ${column}::timestamp)::date`
    : `date_trunc(${unit}, ${column}, 'UTC')`;
}
