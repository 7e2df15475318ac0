import { makeOnce, type StoredDocument, type StoredDocuments } from '@rocket/platform';
import { type AppModel, buildModel, type GraphMember } from '@rocket/schema';

const KEPT_REVISIONS = 200;

/** Reads stored revisions, each once: they never change. */
export type RevisionDocuments = (member: GraphMember) => Promise<StoredDocument>;

export function createRevisionDocuments(stored: StoredDocuments): RevisionDocuments {
  return makeOnce({
    max: KEPT_REVISIONS,
    key: ({ app, revision }) => `${app}@${revision}`,
    make: stored,
  });
}

/** Models of stored revisions. */
export type RevisionModels = (member: GraphMember) => Promise<AppModel>;

/** Each is built once, when it is first asked for. */
export function createRevisionModels(documents: RevisionDocuments): RevisionModels {
  return makeOnce({
    max: KEPT_REVISIONS,
    key: ({ app, revision }: GraphMember) => `${app}@${revision}`,
    make: async (member) => buildModel((await documents(member)).document, member.app),
  });
}
