import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/**
 * Source text of the documents that one graph keeps parsed and validated. A parsed document takes some 30 bytes per
 * character of it, so this is about 8 MB. Apollo's default is 30 MiB per server, which strangers could fill.
 */
const MAX_SOURCE_CHARS = 256 * 1024;
/** Size assumed for a document whose source is unknown. */
const UNKNOWN_SOURCE_CHARS = 10_000;

/** Parsed and validated documents of one server, in the form that Apollo Server requires. */
export function createDocumentStore() {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_SOURCE_CHARS,
    sizeCalculation: (document) => document.loc?.source.body.length ?? UNKNOWN_SOURCE_CHARS,
  });
  return {
    get: async (key: string) => documents.get(key),
    set: async (key: string, document: DocumentNode) => {
      documents.set(key, document);
    },
    delete: async (key: string) => documents.delete(key),
  };
}
