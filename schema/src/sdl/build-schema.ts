/** Builds an executable schema from generated SDL, without blocking the thread that answers requests. */
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

/** Types whose fields are built in one slice, which takes some milliseconds. */
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
 * Like `buildASTSchema` for valid SDL, but in slices between which the event loop does other work: the schema of an app
 * with 200 entities has over 5,000 types. After the slices, the constructor only has to look up each type.
 * @param pieces parts of the SDL, each of whole definitions and small enough to be parsed in one slice; a generator is
 *   consumed lazily. Nothing is validated: the generators' tests check that their SDL is valid
 * @param pause resolves when the event loop has done other work
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
    // Fields are built on first access, which would otherwise happen in the constructor.
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
  // What a server does with the schema when it starts is a slice of its own.
  await pause();
  return schema;
}
