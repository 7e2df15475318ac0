import { badInput, type InputPath } from './input-place.ts';

/**
 * Members of an operand that must not be empty. `whenEmpty` explains how to write what an empty one may have meant.
 * @throws RocketError `BAD_USER_INPUT` for null, for other values than objects, and for an empty object
 */
export function operandEntries(
  operand: unknown,
  path: InputPath,
  whenEmpty?: string,
): readonly (readonly [string, unknown])[] {
  if (operand === null || operand === undefined) throw badInput(path, 'may not be null');
  if (typeof operand !== 'object' || Array.isArray(operand)) throw badInput(path, 'must be an object');
  const entries = Object.entries(operand).filter(([, value]) => value !== undefined);
  if (entries.length > 0) return entries;
  throw badInput(path, whenEmpty === undefined ? 'may not be empty' : `may not be empty; ${whenEmpty}`);
}
