/** A subscription's document and variables are checked, and what it asks for is found in them. */
import { builtInNumbers, holdsRawNumber } from '@rocket/schema';
import {
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isObjectType,
  OperationTypeNode,
  specifiedRules,
  validate,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { boundedDocument } from '../../documents/bounded-document.ts';
import { holdsInexactLiteral, liftInexactLiterals } from '../../documents/exact-literals.ts';
import { OperationCache } from '../../documents/operation-cache.ts';
import {
  documentOf,
  fragmentsByName,
  type OwnDefinitions,
  ownDefinitions,
} from '../../documents/own-definitions.ts';
import type { GraphqlParameters } from '../../http/graphql-request.ts';
import { SubscriptionRefused } from '../subscribe.ts';

/** Fields of one object of the answer, by the key that the caller gives each. */
export type SelectedFields = ReadonlyMap<string, readonly FieldNode[]>;

export interface SubscribedOperation {
  /** With literals that JavaScript's numbers cannot hold as variables. */
  readonly own: OwnDefinitions;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Name of the root field, and its key in answers. */
  readonly field: string;
  readonly key: string;
  /** As the schema coerces them. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What is selected of a change. */
  readonly selected: SelectedFields;
  /** What is selected of an object behind a field of it. */
  readonly below: (type: string, nodes: readonly FieldNode[]) => SelectedFields;
}

/** A document that is valid in one schema. */
interface Checked {
  readonly own: OwnDefinitions;
  readonly values: Readonly<Record<string, unknown>>;
}

const checkedBySchema = new WeakMap<GraphQLSchema, OperationCache<Checked>>();

/**
 * @param hidesSchema errors do not propose names that there are
 * @throws SubscriptionRefused; RocketError for a document that nests too deeply to be parsed
 */
export function readSubscription(
  { query, operationName, variables }: GraphqlParameters,
  schema: GraphQLSchema,
  { hidesSchema }: { readonly hidesSchema: boolean },
): SubscribedOperation {
  const { own, values } = checkedOf({ query, operationName }, schema, hidesSchema);
  const given = holdsRawNumber(variables)
    ? builtInNumbers(schema, own.operation, variables ?? {})
    : variables;
  const all = { ...given, ...values };
  const { errors, coerced } = getVariableValues(schema, own.operation.variableDefinitions ?? [], all);
  if (coerced === undefined) throw refused('BAD_USER_INPUT', errors);
  return selectionOf({ own, variables: all }, schema, coerced);
}

function checkedOf(
  { query, operationName }: { readonly query: string; readonly operationName: string | undefined },
  schema: GraphQLSchema,
  hidesSchema: boolean,
): Checked {
  const cache = checkedBySchema.get(schema) ?? new OperationCache<Checked>();
  checkedBySchema.set(schema, cache);
  const known = cache.get(query, operationName);
  if (known !== undefined) return known;
  const checked = check(query, operationName, { schema, hidesSchema });
  cache.set(query, operationName, checked);
  return checked;
}

function check(
  query: string,
  operationName: string | undefined,
  { schema, hidesSchema }: { readonly schema: GraphQLSchema; readonly hidesSchema: boolean },
): Checked {
  const bounded = boundedDocument(query);
  if (bounded.kind === 'refused') throw refused('GRAPHQL_VALIDATION_FAILED', [bounded.error]);
  if (bounded.kind === 'malformed') throw refused('GRAPHQL_PARSE_FAILED', [bounded.error]);
  // The rule of the single field throws where a condition on that field needs a variable.
  const errors = refusing('GRAPHQL_VALIDATION_FAILED', () =>
    validate(schema, bounded.document, specifiedRules),
  );
  if (errors.length > 0) {
    throw refused('GRAPHQL_VALIDATION_FAILED', hidesSchema ? errors.map(withoutProposals) : errors);
  }
  const own = ownDefinitions(bounded.document, operationName);
  if (own === null) {
    throw refused('BAD_REQUEST', [
      new GraphQLError('"operationName" has to name one operation of the document'),
    ]);
  }
  if (own.operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    throw refused('BAD_REQUEST', [new GraphQLError('The operation is no subscription')]);
  }
  if (!holdsInexactLiteral(own)) return { own, values: {} };
  return refusing('BAD_USER_INPUT', () => liftInexactLiterals(own, schema));
}

function selectionOf(
  of: Pick<SubscribedOperation, 'own' | 'variables'>,
  schema: GraphQLSchema,
  coerced: Record<string, unknown>,
): SubscribedOperation {
  const { own } = of;
  const root = schema.getSubscriptionType();
  // Validated operations have one.
  if (!root) throw new Error('the schema has no subscriptions');
  const fragments = Object.fromEntries(fragmentsByName(documentOf(own)));
  const roots = collectFields(schema, fragments, coerced, root, own.operation.selectionSet);
  const [first] = roots;
  const [node] = first?.[1] ?? [];
  if (first === undefined || node === undefined) {
    throw refused('BAD_REQUEST', [new GraphQLError('The subscription selects nothing')]);
  }
  const [key, nodes] = first;
  const below = (type: string, of: readonly FieldNode[]): SelectedFields =>
    collectSubfields(schema, fragments, coerced, objectType(schema, type), of);
  const definition = root.getFields()[node.name.value];
  if (definition === undefined) throw new Error(`there is no subscription ${node.name.value}`);
  return {
    ...of,
    ...{ key, field: node.name.value, below },
    arguments: refusing('BAD_USER_INPUT', () => getArgumentValues(definition, node, coerced)),
    selected: below(getNamedType(definition.type).name, nodes),
  };
}

function refusing<T>(code: 'BAD_USER_INPUT' | 'GRAPHQL_VALIDATION_FAILED', read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) throw refused(code, [error]);
    throw error;
  }
}

function objectType(schema: GraphQLSchema, name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (isObjectType(type)) return type;
  throw new Error(`${name} is no type of objects`);
}

/** As Apollo Server does it for requests. */
function withoutProposals(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ ?Did you mean .+\?$/, '');
  return new GraphQLError(message, { nodes: error.nodes ?? null });
}

function refused(
  code: 'BAD_REQUEST' | 'BAD_USER_INPUT' | 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED',
  errors: readonly GraphQLError[],
): SubscriptionRefused {
  return new SubscriptionRefused(
    errors.map((error) => {
      const { message, nodes = null, source = null, positions = null, extensions } = error;
      return new GraphQLError(message, {
        ...{ nodes, source, positions },
        extensions: { code, retryable: false, ...extensions },
      });
    }),
  );
}
