/**
 * Values that already have the shape of the answer: the properties of objects are response keys. The executor only
 * walks them to put errors in their places; nothing is computed any more.
 */
import { isRawNumber, RocketError } from '@rocket/schema';
import { type GraphQLFieldResolver, GraphQLFloat, type GraphQLTypeResolver, getNullableType } from 'graphql';
import type { Failures } from '../read/plan-context.ts';
import { FLOAT_OVERFLOW } from '../statement/aggregate-sql.ts';
import { planPath } from './plan-path.ts';

/** Root fields by response key; an Error is the error of its field. */
export type RootValue = Readonly<Record<string, unknown>>;

/** What the resolver needs of a request. */
export interface ShapedContext {
  readonly failures: Failures;
}

export const shapedField: GraphQLFieldResolver<unknown, ShapedContext> = (source, _args, context, info) => {
  const failure = context.failures.any ? context.failures.at(planPath(info.path)) : undefined;
  if (failure !== undefined) throw failure;
  const key = String(info.path.key);
  if (source === null || typeof source !== 'object' || !Object.hasOwn(source, key)) return null;
  const value: unknown = Reflect.get(source, key);
  if (value instanceof Error) throw value;
  // An average may have more digits than a double; our own scalars accept such a number as it is.
  if (isRawNumber(value) && getNullableType(info.returnType) === GraphQLFloat) return Number(value.rawJSON);
  if (value === FLOAT_OVERFLOW && getNullableType(info.returnType) === GraphQLFloat)
    throw new RocketError('BAD_USER_INPUT', 'The sum is too large for its type');
  return value;
};

const TYPE: unique symbol = Symbol('type');

/** Notes the type of an object that can be of several types; the answer itself may not contain it. */
export function withType(value: unknown, typeName: string): unknown {
  return value === null || typeof value !== 'object' ? value : { ...value, [TYPE]: typeName };
}

export const shapedType: GraphQLTypeResolver<unknown, unknown> = (value) => {
  if (value === null || typeof value !== 'object' || !(TYPE in value)) return undefined;
  return String(value[TYPE]);
};
