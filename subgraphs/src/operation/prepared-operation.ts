/** Parsed and validated operations. They are kept, because gateways send the same few texts again and again. */
import { RocketError, type SubgraphOperation } from '@rocket/schema';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  ValuesOfCorrectTypeRule,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { SelectionMemo } from '../read/selection.ts';

const FORM_RULES = specifiedRules.filter((rule) => rule !== ValuesOfCorrectTypeRule);
const MAX_DOCUMENTS = 1_000;
/** Most characters of all kept texts together; a parsed document takes about twenty times the memory of its text. */
const MAX_DOCUMENT_CHARS = 8_000_000;

/** A document that is valid for one schema. */
export interface PreparedDocument {
  readonly document: DocumentNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Null when variables may change which fields are selected. */
  readonly memo: SelectionMemo | null;
  /** The operation of that name, or the only one; null when there is none, which the executor reports. */
  operation(name: string | undefined): OperationDefinitionNode | null;
}

export interface Documents {
  /** @throws RocketError `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`, `BAD_USER_INPUT` for a wrong literal */
  prepare(schema: GraphQLSchema, operation: SubgraphOperation): PreparedDocument;
}

export function createDocuments(): Documents {
  const parsed = new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_DOCUMENT_CHARS,
    sizeCalculation: (_document, query) => query.length,
  });
  // Weak on both levels, so that entries are dropped with a schema or document that is no longer used.
  const prepared = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, PreparedDocument>>();
  return {
    prepare: (schema, operation) => {
      const document = operation.document ?? parsed.get(operation.query) ?? parseText(operation.query);
      if (operation.document === undefined) parsed.set(operation.query, document);
      const bySchema = prepared.get(schema) ?? new WeakMap<DocumentNode, PreparedDocument>();
      const known = bySchema.get(document);
      if (known !== undefined) return known;
      refuseInvalid(schema, document);
      const made = prepareDocument(document);
      prepared.set(schema, bySchema.set(document, made));
      return made;
    },
  };
}

function prepareDocument(document: DocumentNode): PreparedDocument {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const [first] = operations;
  const only = operations.length === 1 && first !== undefined ? first : null;
  return {
    document,
    fragments,
    memo: hasConditions(document) ? null : new SelectionMemo(),
    operation: (name) =>
      name === undefined ? only : (operations.find((operation) => operation.name?.value === name) ?? null),
  };
}

function hasConditions(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: ({ name }) => {
      found ||= name.value === 'skip' || name.value === 'include';
    },
  });
  return found;
}

function parseText(query: string): DocumentNode {
  try {
    return parse(query, { noLocation: true });
  } catch (cause) {
    throw new RocketError('GRAPHQL_PARSE_FAILED', undefined, { cause });
  }
}

/**
 * A gateway knows our scalars by name only and accepts every literal, so a wrong literal in an operation is only found
 * here: then the caller's input is wrong, not the form of the operation.
 */
function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const [malformed] = validate(schema, document, FORM_RULES);
  if (malformed !== undefined) {
    throw new RocketError('GRAPHQL_VALIDATION_FAILED', malformed.message, { cause: malformed });
  }
  const [wrongValue] = validate(schema, document, [ValuesOfCorrectTypeRule]);
  if (wrongValue !== undefined) {
    throw new RocketError('BAD_USER_INPUT', wrongValue.message, { cause: wrongValue });
  }
}
