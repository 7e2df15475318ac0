import { type Catalog, makeOnce, type RevisionRecord } from '@rocket/platform';
import type { GraphMember } from '@rocket/schema';

const KEPT_REVISIONS = 200;

/** Reads stored revisions, each once: they never change. */
export type RevisionDocuments = (member: GraphMember) => Promise<RevisionRecord>;

export function createRevisionDocuments(catalog: Catalog): RevisionDocuments {
  return makeOnce({
    max: KEPT_REVISIONS,
    key: ({ app, revision }) => `${app}@${revision}`,
    make: ({ app, revision }) => catalog.revision(app, revision),
  });
}
