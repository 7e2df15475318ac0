/**
 * Operands of filters by the type that they are compared with: exact, and in the form that is bound to SQL. A decimal may
 * have more digits than its column, since it is compared and not stored.
 */
import { decimalText } from '../document/values/decimal-text.ts';
import { comparableTimestamp, dateText } from '../document/values/instants.ts';
import type { FilterValue } from '../filter/filter.ts';
import type { ScalarType } from '../model/app-model.ts';
import { isRawNumber } from '../values/exact-json.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^[+-]?\d{1,19}$/;
const INT_MAX = 2_147_483_647;
const BIGINT_MAX = 9_223_372_036_854_775_807n;

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
      return orExpected(bigintText(value), 'an integer of 64 bits');
    case 'float':
      return orExpected(finiteNumber(value), 'a number');
    case 'decimal':
      return orExpected(exactDecimal(value), 'a decimal number without an exponent');
    case 'boolean':
      return orExpected(typeof value === 'boolean' ? value : null, 'true or false');
    case 'uuid':
      return orExpected(typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null, 'a UUID');
    case 'timestamp': {
      const instant = comparableTimestamp(value);
      return instant.ok ? { ok: true, value: instant.text } : instant;
    }
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

function isInt32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value <= INT_MAX && value >= -INT_MAX - 1;
}

function bigintText(value: unknown): string | null {
  const text = typeof value === 'string' ? value : decimalText(value)?.replace(/\.0+$/, '');
  if (text === undefined || !INTEGER.test(text)) return null;
  const exact = BigInt(text.replace('+', ''));
  return exact <= BIGINT_MAX && exact >= -BIGINT_MAX - 1n ? exact.toString() : null;
}

/** The nearest double, which is what the column holds too. */
function finiteNumber(value: unknown): number | null {
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** `.5` and `5.` are numbers in many languages. */
function exactDecimal(value: unknown): string | null {
  if (typeof value !== 'string') return decimalText(value);
  return decimalText(value.replace(/^([+-]?)\.(?=\d)/, '$10.').replace(/^([+-]?\d+)\.$/, '$1'));
}
