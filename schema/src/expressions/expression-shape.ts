/** What is known before an evaluation about the values of names. */
import type { ScalarType } from '../model/field-model.ts';

export type ExpressionShape = ScalarType | ObjectShape | ListShape;

export interface ObjectShape {
  readonly kind: 'object';
  /** Of what the names are, for messages: `field`, `relation`. */
  readonly member: string;
  readonly members: ReadonlyMap<string, ExpressionShape>;
}

export interface ListShape {
  readonly kind: 'list';
  readonly of: ExpressionShape;
}

/** The variables that an expression may use. */
export type ExpressionScope = ReadonlyMap<string, ExpressionShape>;

/** A value of any kind, whose numbers are numbers and whose texts are texts. */
export const ANY_SHAPE = 'json';

/** Of records whose fields are given: an entity's, mostly. Names of `fields` are those of the document. */
export function recordShape(
  fields: Iterable<{ readonly name: string; readonly type: ScalarType }>,
): ObjectShape {
  const members = new Map<string, ExpressionShape>();
  for (const { name, type } of fields) members.set(name, type);
  return { kind: 'object', member: 'field', members };
}

/** The shape of what may be either; a record only when both are the same. */
export function commonShape(left: ExpressionShape, right: ExpressionShape): ExpressionShape {
  return left === right ? left : ANY_SHAPE;
}
