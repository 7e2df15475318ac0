import { documentDecimal, fractionDigits } from '../../values/decimals.ts';
import { scalarType } from '../../values/scalar-type.ts';
import { coerceValue } from '../coerce-value.ts';
import { didYouMeanOf } from '../faults/nearest-name.ts';
import { showValue } from '../faults/show-value.ts';
import type { FieldDefinition, JsonValue } from '../types.ts';
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

/** As {@link checkFieldValue}, of a value that is stored and not only compared. */
export function checkStoredValue(
  context: CheckContext,
  field: FieldDefinition,
  literal: Located<JsonValue>,
): JsonValue | undefined {
  const rounded = roundedBy(field, literal.value);
  if (rounded === null) return checkFieldValue(context, field, literal);
  context.faults.error(literal.path, rounded, 'Round it, or raise "precision"');
  return undefined;
}

/**
 * What a decimal would lose in its column, in words, because Postgres rounds it silently. Null when it loses nothing.
 */
export function roundedBy({ type, precision }: FieldDefinition, value: unknown): string | null {
  const text = type === 'decimal' ? documentDecimal(value) : null;
  if (text === null || precision === undefined || fractionDigits(text) <= precision) return null;
  return `${showValue(value)} has more than ${precision} digits behind the point`;
}
