/** JSON values in filters, as text that jsonb takes. */
import { isRawNumber } from '../values/exact-json.ts';
import { badInput, type InputPath } from './input-place.ts';
import { storableText } from './operand-value.ts';

/** Stored values are not nested more deeply, and who compares with them works by recursion. */
const MAX_DEPTH = 200;
/** jsonb keeps numbers as decimals of any length, and writes out what an exponent stands for. */
const MAX_EXPONENT = 1_000;

/**
 * JSON text of an operand. A missing member is refused, not left out: it is a variable that was not given, and the
 * filter would find more than was asked for.
 * @throws RocketError `BAD_USER_INPUT`
 */
export function jsonOperand(value: unknown, path: InputPath): string {
  if (value === null || value === undefined) throw badInput(path, 'may not be null; use isNull');
  const pending: { part: unknown; depth: number }[] = [{ part: value, depth: 0 }];
  // Own stack: the depth of the value is its sender's choice.
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const depth = next.depth + 1;
    if (depth > MAX_DEPTH) throw badInput(path, 'is nested too deeply');
    for (const part of members(next.part, path)) pending.push({ part, depth });
  }
  return JSON.stringify(value);
}

/** What a value holds; checks the value itself and the names of its members. */
function members(part: unknown, path: InputPath): readonly unknown[] {
  if (part === null || typeof part === 'boolean') return [];
  if (typeof part === 'number' && Number.isFinite(part)) return [];
  if (typeof part === 'string') {
    storableText(part, path);
    return [];
  }
  if (isRawNumber(part)) {
    const exponent = Number(/[eE](.*)$/.exec(part.rawJSON)?.[1] ?? '0');
    if (Math.abs(exponent) > MAX_EXPONENT) throw badInput(path, 'holds a number that is out of range');
    return [];
  }
  if (Array.isArray(part)) return part;
  if (typeof part !== 'object') throw badInput(path, 'holds a value that is missing or is not JSON');
  for (const name of Object.keys(part)) storableText(name, path);
  return Object.values(part);
}
