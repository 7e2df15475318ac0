import { type InstanceKnowledge, type ValuePath, valueAt, WorkflowFault } from '@rocket/schema';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

type Known = InstanceKnowledge | { readonly record: Readonly<Record<string, unknown>> };

/**
 * A time to wait for, ISO 8601; of a calendar date its beginning in UTC.
 * @throws WorkflowFault when there is none at the path
 */
export function timeAt(known: Known, path: ValuePath): string {
  const value = 'record' in known ? known.record[path[0] ?? ''] : valueAt(path, known);
  const text = typeof value === 'string' && DAY.test(value) ? `${value}T00:00:00Z` : value;
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new WorkflowFault(`${path.join('.')} is no time to wait for`);
  return new Date(time).toISOString();
}
