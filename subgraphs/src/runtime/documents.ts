/** Parsed and validated operations. The gateway sends the same few texts over and over. */
import { RocketError, type SubgraphOperation } from '@rocket/schema';
import { type DocumentNode, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';

const MAX_DOCUMENTS = 1_000;
/** Of all texts together; a parsed document takes about twenty times its text. */
const MAX_DOCUMENT_CHARS = 8_000_000;

export interface Documents {
  /** @throws RocketError `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED` */
  prepare(schema: GraphQLSchema, operation: SubgraphOperation): DocumentNode;
}

export function createDocuments(): Documents {
  const parsed = new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_DOCUMENT_CHARS,
    sizeCalculation: (_document, query) => query.length,
  });
  // Weak on both levels: a schema or a document that nobody uses any more takes its verdicts along.
  const valid = new WeakMap<GraphQLSchema, WeakSet<DocumentNode>>();
  return {
    prepare: (schema, operation) => {
      const document = operation.document ?? parsed.get(operation.query) ?? parseText(operation.query);
      if (operation.document === undefined) parsed.set(operation.query, document);
      const verdicts = valid.get(schema) ?? new WeakSet();
      if (!verdicts.has(document)) {
        refuseInvalid(schema, document);
        valid.set(schema, verdicts.add(document));
      }
      return document;
    },
  };
}

function parseText(query: string): DocumentNode {
  try {
    return parse(query, { noLocation: true });
  } catch (cause) {
    throw new RocketError('GRAPHQL_PARSE_FAILED', undefined, { cause });
  }
}

function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const [first] = validate(schema, document);
  if (first !== undefined)
    throw new RocketError('GRAPHQL_VALIDATION_FAILED', first.message, { cause: first });
}
