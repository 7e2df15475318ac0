import { type AppDocument, documentHash, type GraphMember } from '@rocket/schema';
import { createImmutableJson } from '../shared-cache/immutable-json.ts';
import type { SharedCache } from '../shared-cache/shared-cache.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Catalog } from './catalog.ts';
import type { DocumentName } from './revision-record.ts';

/** What never changes of a revision. */
export interface StoredDocument extends DocumentName {
  readonly document: AppDocument;
}

/** @throws RocketError `NOT_FOUND` */
export type StoredDocuments = (member: GraphMember) => Promise<StoredDocument>;

/**
 * Reads documents of revisions: what they are called from the catalog, and the documents from the shared cache, else
 * from the catalog too. They stand in the cache under the hash of what they say, and one that has another hash is not
 * taken: documents decide who may read what, and neither a restored catalog nor whoever can write to the cache may
 * change that. So there is nothing to invalidate either; which revision is active comes with the catalog's notifications.
 */
export function createStoredDocuments(parts: {
  catalog: Pick<Catalog, 'revision' | 'documentNames'>;
  sharedCache: SharedCache;
  logger: Logger;
}): StoredDocuments {
  const { catalog, sharedCache: cache, logger } = parts;
  const shared = createImmutableJson({ cache, logger, kind: 'document', parse: checkedDocument });
  return async (member) => {
    const [name] = await catalog.documentNames([member]);
    const document = name === undefined ? null : await shared.get(name.contentHash);
    if (name !== undefined && document !== null) return { ...name, document };
    const read = await catalog.revision(member.app, member.revision);
    shared.set(read.contentHash, read.document);
    const { app, appId, revision, contentHash } = read;
    return { app, appId, revision, contentHash, document: read.document };
  };
}

function checkedDocument(value: unknown, key: string): AppDocument {
  // What has the hash of a document is that document, which was validated in full when it was imported.
  const document = value as AppDocument;
  if (documentHash(document) === key) return document;
  throw new Error('It has another hash');
}
