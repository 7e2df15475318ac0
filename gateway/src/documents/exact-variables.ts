/** Variables that a double cannot hold: they are {@link RawNumber}, which serialises as it came. */
import { isRawNumber, numberText, type RawNumber } from '@rocket/schema';
import {
  GraphQLID,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  isScalarType,
  isSpecifiedScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

export function holdsRawNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isRawNumber(value) || Object.values(value).some(holdsRawNumber);
}

/** Variables with raw numbers only where the type can take them: an ID is a text, and the types of GraphQL are rounded. */
export function exactVariables(
  variables: Variables,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): Variables {
  const exact: Record<string, unknown> = { ...variables };
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const inputType = typeFromAST(schema, type);
    if (Object.hasOwn(variables, name) && isInputType(inputType))
      exact[name] = exactValue(variables[name], inputType);
  }
  return exact;
}

function exactValue(value: unknown, type: GraphQLInputType): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const named = getNamedType(type);
  if (isRawNumber(value)) return isScalarType(named) ? exactScalar(value, named) : Number(value.rawJSON);
  if (Array.isArray(value)) return value.map((item) => exactValue(item, type));
  if (!isInputObjectType(named)) return value;
  const fields = named.getFields();
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const field = fields[name];
      return [name, field === undefined ? inner : exactValue(inner, field.type)];
    }),
  );
}

function exactScalar(value: RawNumber, type: GraphQLNamedInputType): unknown {
  if (type.name === GraphQLID.name) return numberText(value);
  return isScalarType(type) && isSpecifiedScalarType(type) ? Number(value.rawJSON) : value;
}
