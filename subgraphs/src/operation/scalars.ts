/**
 * The scalars of the generated API. They accept every JSON value: a scalar that refused one would fail the whole
 * operation without a place. So values are checked where their place is known, by the write pipeline for inputs and by
 * the parser of filters for operands. Values travel through the engine as text wherever JavaScript would round or shift
 * them, so serialising changes nothing either: the database layer has put them into their final form.
 */
import { jsonLiteral } from '@rocket/schema';
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
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

/**
 * Integers keep their text. Other literals become numbers as in variables: planners write `1.0` as `1`, which means the
 * same.
 */
function textLiteral(node: ValueNode, variables?: Variables | null): unknown {
  return node.kind === Kind.INT ? node.value : literal(node, variables);
}

function literal(node: ValueNode, variables?: Variables | null): unknown {
  return jsonLiteral(node, ({ name }) => variables?.[name.value]);
}

/** Scalars by GraphQL name, as the executable schema needs them. */
export const SCALARS: Readonly<Record<string, GraphQLScalarType>> = {
  BigInt: scalar('BigInt', textLiteral),
  Decimal: scalar('Decimal', textLiteral),
  DateTime: scalar('DateTime', textLiteral),
  Date: scalar('Date', textLiteral),
  UUID: scalar('UUID', textLiteral),
  JSON: scalar('JSON', literal),
};
