/**
 * The stage between the limits and the planner: it brings an operation into a form that all later stages handle
 * correctly. Most operations already have that form and keep their text.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  print,
  specifiedRules,
  validate,
} from 'graphql';
import { type IntrospectionLimit, introspectionLimit } from '../introspection/introspection-cost.ts';
import { type IntrospectionPart, introspectionPart } from '../introspection/select-introspection.ts';
import { type AnswerKeys, type KeyRules, safeKeys } from './answer-keys.ts';
import { boundedDocument } from './bounded-document.ts';
import { nullableConditions } from './condition-variables.ts';
import { holdsInexactLiteral, liftInexactLiterals } from './exact-literals.ts';
import { OperationCache } from './operation-cache.ts';
import { documentOf, type OwnDefinitions, ownDefinitions } from './own-definitions.ts';

/** An operation as it was requested, and as it is passed to the server. */
export interface PreparedOperation {
  /** The caller's document and operation name, which together select the operation. */
  readonly source: string;
  readonly operationName: string | undefined;
  /** The document for the server; the source itself when nothing had to change. */
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Values of the variables that replace literals; null when there are none. */
  readonly values: Readonly<Record<string, unknown>> | null;
  /** Null when the answer already has the caller's keys. */
  readonly keys: AnswerKeys | null;
  /** Variables that must not be null. */
  readonly conditions: readonly string[];
  readonly introspection: IntrospectionPart;
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly operation: PreparedOperation }
  | { readonly kind: 'refused'; readonly error: GraphQLError }
  /** Not well-formed: the server reports what is wrong with it. */
  | { readonly kind: 'malformed' };

export interface DocumentStage {
  /** What callers see of the graph. */
  readonly schema: GraphQLSchema;
  /** @throws RocketError `GRAPHQL_PARSE_FAILED` for a document that nests too deeply to be parsed */
  prepare(source: string, operationName: string | undefined): Preparation;
}

export interface DocumentStageOptions extends KeyRules {
  /** What callers see of the graph. */
  readonly schema: GraphQLSchema;
  /** Whether callers may ask about the schema. */
  readonly introspection: boolean;
}

/** The rules of one stage. */
interface Rules extends DocumentStageOptions {
  readonly introspectionLimit: IntrospectionLimit;
}

/** An operation that was found in its document and is within the limits. */
interface Found {
  readonly source: string;
  readonly operationName: string | undefined;
  readonly document: DocumentNode;
  readonly own: OwnDefinitions;
  readonly introspection: IntrospectionPart;
}

const MALFORMED: Preparation = { kind: 'malformed' };

export function createDocumentStage(options: DocumentStageOptions): DocumentStage {
  const prepared = new OperationCache<Preparation>();
  const rules = { ...options, introspectionLimit: introspectionLimit(options.schema) };
  return {
    schema: options.schema,
    prepare(source, operationName) {
      const before = prepared.get(source, operationName);
      if (before !== undefined) return before;
      const preparation = prepareNew(source, operationName, rules);
      if (preparation.kind === 'prepared') prepared.set(source, operationName, preparation);
      return preparation;
    },
  };
}

/** Finds the operation, checks the limits, and rewrites it if needed. */
function prepareNew(source: string, operationName: string | undefined, rules: Rules): Preparation {
  const bounded = boundedDocument(source);
  if (bounded.kind !== 'document') return bounded;
  const { document } = bounded;
  const own = ownDefinitions(document, operationName);
  if (own === null) return MALFORMED;
  const introspection = rules.introspection ? introspectionPart(own) : ({ kind: 'none' } as const);
  if (introspection.kind !== 'none' && rules.introspectionLimit.exceededBy(own)) {
    return refused('The operation asks for too much of the schema at once', own);
  }
  try {
    return rewritten({ source, operationName, document, own, introspection }, rules);
  } catch (fault) {
    if (fault instanceof GraphQLError) return { kind: 'refused', error: fault };
    throw fault;
  }
}

/** @throws GraphQLError for a literal that its type does not accept */
function rewritten(found: Found, rules: Rules): Preparation {
  const { source, document, own, introspection } = found;
  const { schema } = rules;
  const asked = introspection.kind === 'beside' ? introspection.rest : own;
  const isInexact = holdsInexactLiteral(asked);
  const renamed = safeKeys(documentOf(asked), schema, rules);
  const isWhole = document.definitions.length === 1 + own.fragments.length;
  if (introspection.kind === 'whole' || (isWhole && asked === own && !isInexact && renamed === null)) {
    const { operation } = own;
    const as = isWhole ? document : documentOf(own);
    return prepared(found, { text: source, document: as, operation, values: null, keys: null });
  }
  // Validates the caller's document, not the rewritten one.
  if (validate(schema, document, specifiedRules, { maxErrors: 1 }).length > 0) return MALFORMED;
  const { own: exact, values } = isInexact
    ? liftInexactLiterals(asked, schema)
    : { own: asked, values: null };
  // Lifting literals changes no key, but it makes a new document, in which the keys are renamed again.
  const safe = renamed !== null && isInexact ? safeKeys(documentOf(exact), schema, rules) : renamed;
  const as = safe?.document ?? documentOf(exact);
  const keys = safe?.keys ?? null;
  if (safe !== null && keys === null) return refused('The operation has too many fields', own);
  return prepared(found, { text: print(as), document: as, operation: exact.operation, values, keys });
}

function prepared(
  { source, operationName, own, introspection }: Found,
  as: Pick<PreparedOperation, 'text' | 'document' | 'operation' | 'values' | 'keys'>,
): Preparation {
  const conditions = nullableConditions(own);
  return { kind: 'prepared', operation: { source, operationName, conditions, introspection, ...as } };
}

function refused(message: string, { operation }: OwnDefinitions): Preparation {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED' };
  return { kind: 'refused', error: new GraphQLError(message, { nodes: operation, extensions }) };
}
