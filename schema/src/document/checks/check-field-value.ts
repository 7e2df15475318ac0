import { didYouMeanOf } from '../nearest-name.ts';
import { showValue } from '../show-value.ts';
import type { FieldDefinition, JsonValue } from '../types.ts';
import { coerceValue } from '../values/coerce-value.ts';
import { scalarType } from '../values/scalar-type.ts';
import type { CheckContext, Located } from './context.ts';

/** Coerces a literal to its field's type and list of values; undefined when it does not fit, which is reported. */
export function checkFieldValue(
  context: CheckContext,
  field: FieldDefinition,
  literal: Located<JsonValue>,
): JsonValue | undefined {
  const coerced = coerceValue({ type: scalarType(field.type), scale: field.precision }, literal.value);
  if (!coerced.ok) {
    const message = `${showValue(literal.value)} must be ${coerced.expected}, as ${JSON.stringify(field.name)} is`;
    context.faults.error(literal.path, message);
    return undefined;
  }
  if (field.enum !== undefined && !field.enum.includes(String(coerced.value))) {
    const message = `${showValue(literal.value)} is not a value of ${JSON.stringify(field.name)}`;
    const allowed = field.enum;
    context.faults.error(literal.path, message, () => didYouMeanOf('Allowed', literal.value, allowed));
    return undefined;
  }
  return coerced.value;
}
