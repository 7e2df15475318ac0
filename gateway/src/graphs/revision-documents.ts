import type { Catalog, RevisionRecord } from '@rocket/platform';
import type { GraphMember } from '@rocket/schema';
import { LRUCache } from 'lru-cache';

const KEPT_REVISIONS = 200;

/** Reads stored revisions, each once: they never change. */
export type RevisionDocuments = (member: GraphMember) => Promise<RevisionRecord>;

export function createRevisionDocuments(catalog: Catalog): RevisionDocuments {
  const records = new LRUCache<string, Promise<RevisionRecord>>({ max: KEPT_REVISIONS });
  return ({ app, revision }) => {
    const key = `${app}@${revision}`;
    const known = records.get(key);
    if (known !== undefined) return known;
    const record = catalog.revision(app, revision);
    records.set(key, record);
    record.catch(() => records.delete(key));
    return record;
  };
}
