/** Which statements are sent together with others: see `Statement.isShortRead`. */
import type { Filter } from '@rocket/schema';
import type { ReadPlan, RecordPlan, RowSource } from '../read/read-plan.ts';

/** Most root fields and keys that are still little work. */
const MAX_RECORDS = 20;

/**
 * True for a few records by unique keys, with their own columns and to-one relations: a few steps in indexes, whatever
 * the data is. How long a statement took before does not decide: the next one may have another customer's values.
 */
export function isShortRead(plans: readonly ReadPlan[]): boolean {
  let records = 0;
  for (const plan of plans) {
    if (plan.kind === 'record') {
      if (!isPoint(plan.source) || !isFlat(plan.record)) return false;
      records += 1;
    } else if (plan.kind === 'entities') {
      const { source, keys, record } = plan.entities;
      if ((source !== null && !isPoint(source)) || !isFlat(record)) return false;
      records += keys.length;
    } else return false;
  }
  return records <= MAX_RECORDS;
}

function isFlat(record: RecordPlan): boolean {
  return record.fields.every((field) => {
    switch (field.kind) {
      case 'constant':
      case 'column':
      case 'version':
      case 'file':
      case 'transitions':
        return true;
      case 'reference':
        return isFlat(field.record);
      case 'record':
        return field.link.kind === 'to_one' && isPoint(field.source) && isFlat(field.record);
      case 'list':
      case 'connection':
      case 'aggregate':
        return false;
      default:
        return field satisfies never;
    }
  });
}

function isPoint({ access, where }: RowSource): boolean {
  return comparesColumns(access) && comparesColumns(where);
}

/** True for conditions that need only one row and cost little. */
function comparesColumns(filter: Filter): boolean {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.filters.every(comparesColumns);
    case 'not':
      return comparesColumns(filter.filter);
    case 'compare':
    case 'in':
    case 'isNull':
      return true;
    default:
      return false;
  }
}
