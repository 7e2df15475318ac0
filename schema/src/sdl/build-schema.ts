/** An executable schema of SDL that we made ourselves, without holding up the thread that answers requests. */
import {
  type DefinitionNode,
  GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  specifiedDirectives,
} from 'graphql';
import { extendSchemaImpl } from 'graphql/utilities/extendSchema.js';

/** Fields of as many types are built in one go; some milliseconds' work. */
const TYPES_PER_TURN = 250;

const EMPTY: Parameters<typeof extendSchemaImpl>[0] = {
  description: undefined,
  query: undefined,
  mutation: undefined,
  subscription: undefined,
  types: [],
  directives: [],
  extensions: {},
  astNode: undefined,
  extensionASTNodes: [],
  assumeValid: true,
};

/**
 * As `buildASTSchema` of valid SDL, but in slices between which the event loop takes other work: the schema of an app of
 * 200 entities has over 5,000 types. What the slices leave to the constructor is to look each type up.
 * @param pieces whole definitions each, of a size that one slice may parse; made as they are asked for where they come
 *   of a generator. Nothing is validated: this is for SDL whose generator is tested to be valid
 * @param pause resolves when the event loop has taken other work
 */
export async function buildTrustedSchema(
  pieces: Iterable<string>,
  pause: () => Promise<void>,
): Promise<GraphQLSchema> {
  const definitions: DefinitionNode[] = [];
  for (const piece of pieces) {
    definitions.push(...parse(piece, { noLocation: true }).definitions);
    await pause();
  }
  const config = extendSchemaImpl(EMPTY, { kind: Kind.DOCUMENT, definitions }, { assumeValid: true });
  for (const [index, type] of config.types.entries()) {
    if (index % TYPES_PER_TURN === 0) await pause();
    if (isObjectType(type) || isInterfaceType(type)) type.getInterfaces();
    // Their fields are made when they are first asked for, which would otherwise be in the constructor.
    if ('getFields' in type) type.getFields();
  }
  await pause();
  const named = (name: string) => {
    const type = config.types.find((candidate) => candidate.name === name);
    return isObjectType(type) ? type : undefined;
  };
  const own = new Set(config.directives.map(({ name }) => name));
  const schema = new GraphQLSchema({
    ...config,
    // Where the SDL names no root types, they have their usual names.
    query: config.query ?? named('Query'),
    mutation: config.mutation ?? named('Mutation'),
    subscription: config.subscription ?? named('Subscription'),
    directives: [...config.directives, ...specifiedDirectives.filter(({ name }) => !own.has(name))],
  });
  // What a server does with it at its start is a slice of its own.
  await pause();
  return schema;
}
