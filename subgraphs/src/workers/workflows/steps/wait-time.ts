import { WorkflowFault } from '@rocket/schema';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A time to wait for, ISO 8601; of a calendar date its beginning in UTC.
 * @param place where the value was found, for the message
 * @throws WorkflowFault when it is none
 */
export function waitTime(value: unknown, place: string): string {
  if (value === null || value === undefined)
    throw new WorkflowFault(`${place}, which is to be waited for, is empty`);
  const text = typeof value === 'string' && DAY.test(value) ? `${value}T00:00:00Z` : value;
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new WorkflowFault(`${place} is no time to wait for`);
  return new Date(time).toISOString();
}
