/** JSON values that jsonb stores and returns unchanged. */
import { decimalExcess, inputDecimal, MAX_DIGITS } from './decimals.ts';
import { isRawNumber, type RawNumber } from './exact-json.ts';
import { readNotation } from './number-notation.ts';
import { type TextProblem, textProblem } from './texts.ts';

/** Most levels: Postgres parses nested JSON recursively, and so does all other code that handles it. */
const MAX_DEPTH = 200;

/** A text or a member's name, nesting, a number out of range, or a value that JSON does not have. */
export type JsonProblem = TextProblem | 'deep' | 'range' | 'missing';

/**
 * Checks a write input. Postgres accepts larger numbers, but writes out all their zeros, and refuses some by itself.
 */
export function inputJsonProblem(value: unknown): JsonProblem | null {
  return jsonProblem(value, (number) => {
    const text = inputDecimal(number);
    return text !== null && decimalExcess(text, undefined) === null;
  });
}

/** Checks an operand of a filter, which may contain numbers of any length. */
export function operandJsonProblem(value: unknown): JsonProblem | null {
  return jsonProblem(value, ({ rawJSON }) => Math.abs(readNotation(rawJSON)?.exponent ?? 0) <= MAX_DIGITS);
}

function jsonProblem(value: unknown, isInRange: (number: RawNumber) => boolean): JsonProblem | null {
  const pending: { part: unknown; depth: number }[] = [{ part: value, depth: 0 }];
  // Uses a stack of its own, because the sender decides how deep the value is.
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { part } = next;
    const depth = next.depth + 1;
    const problem = depth > MAX_DEPTH ? 'deep' : problemOf(part, isInRange);
    if (problem !== null) return problem;
    // An exact number is represented by an object, but contains no values.
    if (typeof part !== 'object' || part === null || isRawNumber(part)) continue;
    for (const inner of Array.isArray(part) ? part : Object.values(part))
      pending.push({ part: inner, depth });
  }
  return null;
}

/** Checks the value itself and the names of its members, not their values. */
function problemOf(part: unknown, isInRange: (number: RawNumber) => boolean): JsonProblem | null {
  switch (typeof part) {
    case 'string':
      return textProblem(part);
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(part) ? null : 'missing';
    case 'object':
      if (part === null || Array.isArray(part)) return null;
      if (isRawNumber(part)) return isInRange(part) ? null : 'range';
      return Object.keys(part).reduce<JsonProblem | null>((found, name) => found ?? textProblem(name), null);
    default:
      return 'missing';
  }
}
