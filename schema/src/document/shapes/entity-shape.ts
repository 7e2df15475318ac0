import { z } from 'zod';
import { DECIMAL_DIGITS } from '../../values/decimals.ts';
import { isRawNumber } from '../../values/exact-json.ts';
import { scalarType } from '../../values/scalar-type.ts';
import { coerceValue } from '../coerce-value.ts';
import { FIELD_TYPES, type JsonValue } from '../types.ts';
import { cacheShape } from './cache-shape.ts';
import { flag, json, nonEmptyText, optional, shape, text } from './shape.ts';

export const MAX_FIELDS_PER_ENTITY = 1_000;
export const MAX_PAGE_SIZE = 1_000;
/** The keys are columns of an index, and each makes every write to the table slower. */
const MAX_RELATION_ORDER_KEYS = 4;

/**
 * Coerces an exact number to the field's type; one that does not fit is left as it is and refused later, with its path.
 */
function takeExactDefault(field: unknown): unknown {
  const described = exactDefault.safeParse(field);
  if (!described.success) return field;
  const { type, precision, default: given } = described.data;
  const scale = typeof precision === 'number' ? precision : undefined;
  const coerced = coerceValue({ type: scalarType(type), scale }, given);
  return coerced.ok ? { ...described.data, default: coerced.value } : field;
}

const exactDefault = z.looseObject({
  type: z.enum(FIELD_TYPES),
  precision: optional(z.unknown()),
  default: z.custom<JsonValue>(isRawNumber),
});

const declaredField = shape({
  name: nonEmptyText,
  type: z.enum(FIELD_TYPES),
  required: optional(flag),
  nullable: optional(flag),
  unique: optional(flag),
  indexed: optional(flag),
  searchable: optional(flag),
  default: optional(json),
  enum: optional(z.array(text).min(1)),
  precision: optional(z.int().min(0).max(DECIMAL_DIGITS)),
  auto: optional(z.enum(['create', 'update'])),
  description: optional(text),
});
const fieldShape = z.preprocess(takeExactDefault, declaredField);

const primaryKeyShape = z.preprocess(
  (value, context) => {
    // A message of its own, because "field is missing" would mislead the author.
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'fields')) {
      context.addIssue({
        code: 'custom',
        message: 'Composite primary keys are not supported',
        path: ['fields'],
        params: {
          hint: 'Declare one key field, {"field": "id", "type": "uuid", "generated": true}, and keep the others as fields',
        },
      });
      return z.NEVER;
    }
    return value;
  },
  shape({
    field: nonEmptyText,
    type: z.enum(['uuid', 'int', 'integer', 'bigint', 'string']),
    generated: optional(flag),
  }),
);

const slugShape = shape({
  field: nonEmptyText,
  source: optional(nonEmptyText),
  regenerate_on_update: optional(flag),
});

export const entityShape = shape({
  name: nonEmptyText,
  table: nonEmptyText,
  description: optional(text),
  primary_key: primaryKeyShape,
  soft_delete: optional(flag),
  slug: optional(slugShape),
  max_page_size: optional(z.int().min(1).max(MAX_PAGE_SIZE)),
  cache: optional(cacheShape),
  fields: z.array(fieldShape).min(1).max(MAX_FIELDS_PER_ENTITY),
});

const relationOrderShape = shape({ field: nonEmptyText, direction: optional(z.enum(['asc', 'desc'])) });

export const relationShape = shape({
  name: nonEmptyText,
  type: z.enum(['one_to_one', 'one_to_many', 'many_to_many']),
  source: nonEmptyText,
  target: nonEmptyText,
  source_key: optional(nonEmptyText),
  target_key: optional(nonEmptyText),
  join_table: optional(nonEmptyText),
  source_join_key: optional(nonEmptyText),
  target_join_key: optional(nonEmptyText),
  ownership: optional(z.enum(['source', 'target', 'none'])),
  on_delete: optional(z.enum(['cascade', 'set_null', 'restrict', 'detach'])),
  check_reference: optional(flag),
  order_by: optional(z.array(relationOrderShape).max(MAX_RELATION_ORDER_KEYS)),
  fetch: optional(z.enum(['lazy', 'eager'])),
  write_mode: optional(z.enum(['diff', 'replace', 'append'])),
  description: optional(text),
  graphql: optional(shape({ field: optional(nonEmptyText), inverse_field: optional(nonEmptyText) })),
});
