import type { FieldTypeName } from '../document/types.ts';
import type { ScalarType } from '../model/field-model.ts';

/** The engine's type for a type name of the document: `integer` is `int`, `text` is `string`. */
export function scalarType(name: FieldTypeName): ScalarType {
  if (name === 'integer') return 'int';
  return name === 'text' ? 'string' : name;
}

/** JSON and files have no order that a user could mean. */
export function isOrderable(type: ScalarType): boolean {
  return type !== 'json' && type !== 'file';
}
