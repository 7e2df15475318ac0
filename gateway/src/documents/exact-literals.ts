/**
 * Literals that a double cannot hold. The planner turns literals into JavaScript's numbers, so such a literal becomes a
 * variable, or a text where the type is ID.
 */
import { isExactNumber, jsonLiteral, RocketError } from '@rocket/schema';
import {
  GraphQLError,
  GraphQLID,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { documentOf, type OwnDefinitions } from './own-definitions.ts';

type Variables = Readonly<Record<string, unknown>>;

export function holdsInexactLiteral({ operation, fragments }: OwnDefinitions): boolean {
  return [operation, ...fragments].some((node) => {
    let found = false;
    const look = (value: ValueNode) => {
      found ||= isInexact(value);
    };
    visit(node, { IntValue: look, FloatValue: look });
    return found;
  });
}

/**
 * Returns the operation with its inexact literals turned into variables, and the values of those.
 * @throws GraphQLError `BAD_USER_INPUT` for literals that can neither become a variable nor be represented
 */
export function liftInexactLiterals(
  own: OwnDefinitions,
  schema: GraphQLSchema,
): { readonly own: OwnDefinitions; readonly values: Variables } {
  const values: Record<string, unknown> = {};
  const definitions: VariableDefinitionNode[] = [];
  const types = new TypeInfo(schema);
  const prefix = unusedPrefix(own);
  let inDefault = false;
  const exact = (node: ValueNode): ValueNode | false | undefined => {
    // Within a list the type is that of its items.
    const type = node.kind === Kind.LIST ? types.getParentInputType() : types.getInputType();
    const named = type ? getNamedType(type) : undefined;
    if (named === undefined || !isScalarType(named) || !holdsInexact(node)) return undefined;
    if (named.name === GraphQLID.name) return asText(node);
    if (isSpecifiedScalarType(named)) return finite(node);
    if (inDefault) throw badNumber(node, 'Give it as a text, or as the value of the variable');
    if (node.kind === Kind.LIST && type && isListed(type)) return undefined;
    const name = `${prefix}${definitions.length}`;
    definitions.push(definitionOf(name, named));
    values[name] = jsonLiteral(node, noVariables);
    return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
  };
  const lifted = visit(
    documentOf(own),
    visitWithTypeInfo(types, {
      VariableDefinition: {
        enter: () => {
          inDefault = true;
        },
        leave: () => {
          inDefault = false;
        },
      },
      IntValue: exact,
      FloatValue: exact,
      ListValue: exact,
      ObjectValue: exact,
    }),
  );
  const [operation, ...fragments] = lifted.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new RocketError('INTERNAL_ERROR');
  const variableDefinitions = [...(operation.variableDefinitions ?? []), ...definitions];
  return {
    own: {
      operation: { ...operation, variableDefinitions },
      fragments: fragments.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION),
    },
    values,
  };
}

/** A prefix that no variable of the operation has. */
function unusedPrefix({ operation }: OwnDefinitions): string {
  let prefix = 'exact_';
  while (operation.variableDefinitions?.some(({ variable }) => variable.name.value.startsWith(prefix))) {
    prefix = `${prefix}_`;
  }
  return prefix;
}

function isInexact(node: ValueNode): boolean {
  return (node.kind === Kind.INT || node.kind === Kind.FLOAT) && !isExactNumber(node.value);
}

function holdsInexact(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(holdsInexact);
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => holdsInexact(value));
  return isInexact(node);
}

function isListed(type: GraphQLInputType): boolean {
  return String(type).startsWith('[');
}

function asText(node: ValueNode): ValueNode | undefined {
  return node.kind === Kind.INT ? { kind: Kind.STRING, value: node.value } : undefined;
}

/** A float may lose digits, but it must not become infinite. */
function finite(node: ValueNode): undefined {
  if (node.kind !== Kind.INT && node.kind !== Kind.FLOAT) return undefined;
  if (!Number.isFinite(Number(node.value))) throw badNumber(node, 'No Float can hold it');
  return undefined;
}

function definitionOf(name: string, type: GraphQLNamedInputType): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: {
      kind: Kind.NON_NULL_TYPE,
      type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
    },
  };
}

function noVariables(node: VariableNode): never {
  throw badNumber(
    node,
    'Beside it, a value holds a number beyond what JavaScript can: give the whole as a variable',
  );
}

function badNumber(node: ValueNode, message: string): GraphQLError {
  return new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } });
}
