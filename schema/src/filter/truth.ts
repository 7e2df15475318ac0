/** SQL's logic of three values. */
import type { ComparisonOperator } from './filter.ts';

/** True, false, or null for SQL's "unknown". */
export type Truth = boolean | null;

export function negate(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

/** Whether an operator holds for values of this order: negative when the first is the smaller. */
export function holds(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    default:
      return operator satisfies never;
  }
}
