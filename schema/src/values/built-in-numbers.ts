/** Numbers beyond a double, for the built-in scalars of GraphQL, which only handle plain numbers and texts. */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { holdsRawNumber, isRawNumber, type RawNumber } from './exact-json.ts';
import { isPlainInteger } from './integers.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Converts each such number in the variables to a form that its type accepts: for `Float` the nearest double, for `ID`
 * its digits. If the type cannot hold it, it gets a form that graphql-js refuses with its place. Our own scalars accept
 * it as it is. Values without such numbers are returned unchanged, not copied.
 */
export function builtInNumbers(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Values,
): Values {
  // Types are looked up only for the few requests that have such a number.
  if (!holdsRawNumber(variables)) return variables;
  let changed: Record<string, unknown> | null = null;
  for (const { variable, type: node } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (!Object.hasOwn(variables, name)) continue;
    const type = typeFromAST(schema, node);
    if (!isInputType(type)) continue;
    const value = ofType(type, variables[name]);
    if (value !== variables[name]) changed = Object.assign(changed ?? { ...variables }, { [name]: value });
  }
  return changed ?? variables;
}

function ofType(given: GraphQLInputType, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const type = getNullableType(given);
  if (isListType(type)) return Array.isArray(value) ? ofList(type.ofType, value) : ofType(type.ofType, value);
  if (isScalarType(type) && !isSpecifiedScalarType(type)) return value;
  if (isRawNumber(value)) return plain(type.toString(), value);
  return isInputObjectType(type) ? ofObject(type, value) : value;
}

function ofList(type: GraphQLInputType, values: readonly unknown[]): readonly unknown[] {
  const mapped = values.map((value) => ofType(type, value));
  return mapped.some((value, index) => value !== values[index]) ? mapped : values;
}

function ofObject(type: GraphQLInputObjectType, value: object): object {
  const fields = type.getFields();
  let changed: Record<string, unknown> | null = null;
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) continue;
    const mapped = ofType(field.type, member);
    if (mapped !== member) changed = Object.assign(changed ?? { ...value }, { [name]: mapped });
  }
  return changed ?? value;
}

function plain(typeName: string, { rawJSON: text }: RawNumber): unknown {
  const number = Number(text);
  switch (typeName) {
    case 'ID':
      return isPlainInteger(text) ? text : [text];
    case 'Int':
      return isPlainInteger(text) ? number : text;
    case 'Float':
      return Number.isFinite(number) ? number : text;
    default:
      // Not a text, so that a String does not accept it.
      return number;
  }
}
