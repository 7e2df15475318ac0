/** Values from callers, in the form that is bound to SQL. */
import type { FilterValue } from '../filter/filter.ts';
import type { FieldModel, ScalarType } from '../model/field-model.ts';
import { type TextProblem, textProblem } from '../values/texts.ts';
import { badInput, type InputPath } from './input-place.ts';
import { keyValue } from './key-value.ts';
import { typedOperand } from './typed-operand.ts';

/**
 * A value of a field as the executor delivers it, in the form that is bound to SQL. The scalars of the API accept every
 * value, so it is checked here, where its place is known. Enum members, which arrive by their GraphQL name, become the
 * stored value.
 * @throws RocketError `BAD_USER_INPUT` that names the place
 */
export function operandValue(field: FieldModel, value: unknown, path: InputPath): FilterValue {
  if (value === null || value === undefined) throw badInput(path, 'may not be null');
  if (field.isPrimaryKey || field.isForeignKey) {
    const key = keyValue(field, value);
    if (key === null) throw badInput(path, `is not a valid ${field.type} key`);
    return key;
  }
  if (field.enumMembers !== undefined) return enumValue(field.enumMembers, value, path);
  return typedValue(field.type, value, path);
}

/** A value of a type as it is bound to SQL. @throws RocketError `BAD_USER_INPUT` that names the place */
export function typedValue(type: ScalarType, value: unknown, path: InputPath): FilterValue {
  if (type === 'string') return storableText(value, path);
  const operand = typedOperand(type, value);
  if (!operand.ok) throw badInput(path, `must be ${operand.expected}`);
  return operand.value;
}

function enumValue(members: ReadonlyMap<string, string>, value: unknown, path: InputPath): string {
  const stored = typeof value === 'string' ? members.get(value) : undefined;
  if (stored === undefined) throw badInput(path, `must be one of ${[...members.keys()].join(', ')}`);
  return stored;
}

/** How the faults of a text complete the sentence that begins with its place. */
export const TEXT_FAULTS: Readonly<Record<TextProblem, string>> = {
  nul: 'may not contain a NUL character',
  'half-surrogate': 'may not contain half of a surrogate pair',
};

/** A text that a column could hold. @throws RocketError `BAD_USER_INPUT` that names the place */
export function storableText(value: unknown, path: InputPath): string {
  if (typeof value !== 'string') throw badInput(path, 'must be a text');
  const problem = textProblem(value);
  if (problem !== null) throw badInput(path, TEXT_FAULTS[problem]);
  return value;
}
