/**
 * The stage between the limits and the planner: an operation in the form that everything behind it takes without a
 * mistake. Most operations have that form already, and keep their text.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  print,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { introspectionLimit } from '../introspection/introspection-cost.ts';
import { type IntrospectionPart, introspectionPart } from '../introspection/select-introspection.ts';
import { checkNesting } from '../limits/nesting.ts';
import { DEFAULT_OPERATION_LIMITS, exceededLimits } from '../limits/operation-limits.ts';
import { type AnswerKeys, type KeyRules, safeKeys } from './answer-keys.ts';
import { nullableConditions } from './condition-variables.ts';
import { holdsInexactLiteral, liftInexactLiterals } from './exact-literals.ts';
import { documentOf, type OwnDefinitions, ownDefinitions } from './own-definitions.ts';

/** Source text of the operations that one graph keeps prepared. */
const MAX_SOURCE_CHARS = 256 * 1024;

/** An operation as it was asked for, and as it goes to the server. */
export interface PreparedOperation {
  /** The caller's document and the name they gave, which together say what they ask for. */
  readonly source: string;
  readonly operationName: string | undefined;
  /** What the server is asked instead; the source itself where nothing had to change. */
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Of variables that stand for literals; null when there are none. */
  readonly values: Readonly<Record<string, unknown>> | null;
  /** Null when the answer has the caller's keys as it is. */
  readonly keys: AnswerKeys | null;
  /** Variables that must not be null. */
  readonly conditions: readonly string[];
  readonly introspection: IntrospectionPart;
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly operation: PreparedOperation }
  | { readonly kind: 'refused'; readonly error: GraphQLError }
  /** Not well-formed: the server says what is wrong with it. */
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

const MALFORMED: Preparation = { kind: 'malformed' };

export function createDocumentStage(options: DocumentStageOptions): DocumentStage {
  const prepared = new LRUCache<string, Map<string | undefined, Preparation>>({
    maxSize: MAX_SOURCE_CHARS,
    sizeCalculation: (_operations, text) => Math.max(1, text.length),
  });
  const limit = introspectionLimit(options.schema);
  return {
    schema: options.schema,
    prepare(source, operationName) {
      const known = prepared.get(source);
      const before = known?.get(operationName);
      if (before !== undefined) return before;
      checkNesting(source);
      const preparation = prepareNew(source, operationName);
      // A name that the document does not have would grow the map with whatever callers think of.
      if (preparation.kind !== 'prepared') return preparation;
      if (known === undefined) prepared.set(source, new Map([[operationName, preparation]]));
      else known.set(operationName, preparation);
      return preparation;
    },
  };

  function prepareNew(source: string, operationName: string | undefined): Preparation {
    const document = parsed(source);
    if (document === null) return MALFORMED;
    const [error] = exceededLimits(document, DEFAULT_OPERATION_LIMITS);
    if (error !== undefined) return { kind: 'refused', error };
    const own = ownDefinitions(document, operationName);
    if (own === null) return MALFORMED;
    const introspection = options.introspection ? introspectionPart(own) : ({ kind: 'none' } as const);
    if (introspection.kind !== 'none' && limit.exceededBy(own)) {
      return { kind: 'refused', error: tooMuchIntrospection(own) };
    }
    try {
      return rewritten({ source, operationName, document, own, introspection });
    } catch (fault) {
      if (fault instanceof GraphQLError) return { kind: 'refused', error: fault };
      throw fault;
    }
  }

  function rewritten({ source, operationName, document, own, introspection }: Asked): Preparation {
    const asked = introspection.kind === 'beside' ? introspection.rest : own;
    const isInexact = holdsInexactLiteral(asked);
    const renamed = safeKeys(documentOf(asked), options.schema, options);
    const isWhole = document.definitions.length === 1 + own.fragments.length;
    const rest = { source, operationName, conditions: nullableConditions(own), introspection };
    if (introspection.kind === 'whole' || (isWhole && asked === own && !isInexact && renamed === null)) {
      const as = {
        text: source,
        document: isWhole ? document : documentOf(own),
        ...{ operation: own.operation, values: null, keys: null },
      };
      return { kind: 'prepared', operation: { ...rest, ...as } };
    }
    // What the caller wrote has to be valid, not what becomes of it.
    if (validate(options.schema, document, specifiedRules, { maxErrors: 1 }).length > 0) return MALFORMED;
    const { own: exact, values } = isInexact
      ? liftInexactLiterals(asked, options.schema)
      : { own: asked, values: null };
    // Lifting changes no key, but the document that has them.
    const safe =
      renamed !== null && isInexact ? safeKeys(documentOf(exact), options.schema, options) : renamed;
    const final = safe?.document ?? documentOf(exact);
    const keys = safe?.keys ?? null;
    if (safe !== null && keys === null) return { kind: 'refused', error: tooManyFields(own) };
    const as = { text: print(final), document: final, operation: exact.operation, values, keys };
    return { kind: 'prepared', operation: { ...rest, ...as } };
  }
}

interface Asked {
  readonly source: string;
  readonly operationName: string | undefined;
  readonly document: DocumentNode;
  readonly own: OwnDefinitions;
  readonly introspection: IntrospectionPart;
}

function parsed(source: string): DocumentNode | null {
  try {
    return parse(source, { maxTokens: DEFAULT_OPERATION_LIMITS.maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

function tooMuchIntrospection({ operation }: OwnDefinitions): GraphQLError {
  return new GraphQLError('The operation asks for too much of the schema at once', {
    nodes: operation,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}

function tooManyFields({ operation }: OwnDefinitions): GraphQLError {
  return new GraphQLError('The operation has too many fields', {
    nodes: operation,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
