/** JSON values in filters, as text that jsonb accepts. */
import { type JsonProblem, operandJsonProblem } from '../values/json-values.ts';
import { badInput, type InputPath } from './input-place.ts';
import { TEXT_FAULTS } from './operand-value.ts';

const JSON_FAULTS: Readonly<Record<JsonProblem, string>> = {
  ...TEXT_FAULTS,
  deep: 'is nested too deeply',
  range: 'holds a number that is out of range',
  missing: 'holds a value that is missing or is not JSON',
};

/**
 * JSON text of an operand. A missing member is refused, not omitted: it is a variable without a value, and without it
 * the filter would find too much.
 * @throws RocketError `BAD_USER_INPUT`
 */
export function jsonOperand(value: unknown, path: InputPath): string {
  if (value === null || value === undefined) throw badInput(path, 'may not be null; use isNull');
  const problem = operandJsonProblem(value);
  if (problem !== null) throw badInput(path, JSON_FAULTS[problem]);
  return JSON.stringify(value);
}
