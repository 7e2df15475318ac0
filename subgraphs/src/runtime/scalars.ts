/**
 * The scalars of the generated API. They let every JSON value through: a scalar that refused one would fail the whole
 * operation without a place, so values are checked where their place is known, by the write pipeline for inputs and by
 * the parser of filters for operands. Values travel through the engine as text wherever JavaScript would round or shift
 * them, so serialising is the identity too: the database layer has put them into their final form.
 */
import { isExactNumber, rawNumber } from '@rocket/schema';
import { GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';

type Variables = Readonly<Record<string, unknown>>;

function scalar(
  name: string,
  parseLiteral: (node: ValueNode, variables?: Variables | null) => unknown,
): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    serialize: GraphQLJSON.serialize,
    parseValue: GraphQLJSON.parseValue,
    parseLiteral,
  });
}

/** Integers are taken by their text. Others are numbers as in variables: planners write `1.0` as `1`, which means the same. */
function textLiteral(node: ValueNode, variables?: Variables | null): unknown {
  return node.kind === Kind.INT ? node.value : jsonLiteral(node, variables);
}

/** The value as `parseJson` would read it. A variable that was not given is no member of an object, and null in a list. */
function jsonLiteral(node: ValueNode, variables?: Variables | null): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      // A number of GraphQL is one of JSON.
      return isExactNumber(node.value) ? Number(node.value) : rawNumber(node.value);
    case Kind.LIST:
      return node.values.map((value) => jsonLiteral(value, variables) ?? null);
    case Kind.OBJECT: {
      const members: Record<string, unknown> = Object.create(null);
      for (const { name, value } of node.fields) {
        const member = jsonLiteral(value, variables);
        if (member !== undefined) members[name.value] = member;
      }
      return members;
    }
    default:
      return valueFromASTUntyped(node, variables);
  }
}

/** By GraphQL name, as the executable schema wants them. */
export const SCALARS: Readonly<Record<string, GraphQLScalarType>> = {
  BigInt: scalar('BigInt', textLiteral),
  Decimal: scalar('Decimal', textLiteral),
  DateTime: scalar('DateTime', textLiteral),
  Date: scalar('Date', textLiteral),
  UUID: scalar('UUID', textLiteral),
  JSON: scalar('JSON', jsonLiteral),
};
