/**
 * Operands of filters by the type that they are compared with: exact, and in the form that is bound to SQL. A decimal
 * may have more digits than its column, since it is compared and not stored.
 */
import type { FilterValue } from '../filter/filter.ts';
import type { ScalarType } from '../model/field-model.ts';
import { operandDecimal } from '../values/decimals.ts';
import { nearestDouble } from '../values/floats.ts';
import { dateText, MICROSECOND_DIGITS, operandTimestamp } from '../values/instants.ts';
import { isInt32, operandBigint } from '../values/integers.ts';
import { uuidText } from '../values/uuid.ts';

export type TypedOperand =
  | { readonly ok: true; readonly value: FilterValue }
  /** `expected` completes "must be ...". */
  | { readonly ok: false; readonly expected: string };

/** Texts have rules of their own, and JSON and files are not compared. */
export function typedOperand(type: Exclude<ScalarType, 'string'>, value: unknown): TypedOperand {
  switch (type) {
    case 'int':
      return orExpected(isInt32(value) ? value : null, 'an integer of 32 bits');
    case 'bigint':
      return orExpected(operandBigint(value), 'an integer of 64 bits');
    case 'float':
      return orExpected(nearestDouble(value), 'a number');
    case 'decimal':
      return orExpected(operandDecimal(value), 'a decimal number without an exponent');
    case 'boolean':
      return orExpected(typeof value === 'boolean' ? value : null, 'true or false');
    case 'uuid':
      return orExpected(uuidText(value), 'a UUID');
    case 'timestamp':
      return timestamp(value);
    case 'date':
      return orExpected(dateText(value), 'a calendar date such as 2026-01-31');
    case 'json':
    case 'file':
      return { ok: false, expected: 'of a type that can be compared' };
    default:
      return type satisfies never;
  }
}

function orExpected(value: FilterValue | null, expected: string): TypedOperand {
  return value === null ? { ok: false, expected } : { ok: true, value };
}

function timestamp(value: unknown): TypedOperand {
  const read = operandTimestamp(value);
  if (read.ok) return { ok: true, value: read.text };
  const expected = {
    form: 'an ISO 8601 timestamp such as 2026-01-31T12:00:00Z',
    fine: `a timestamp with at most ${MICROSECOND_DIGITS} digits of a second`,
  };
  return { ok: false, expected: expected[read.problem] };
}
