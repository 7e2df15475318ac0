import type { AppDocument, AppId, AppName, GraphMember, Revision } from '@rocket/schema';

export type RevisionState = 'pending' | 'active' | 'retired' | 'failed';

export interface RevisionRecord {
  readonly app: AppName;
  readonly appId: AppId;
  readonly revision: Revision;
  /** Counts the documents of the app that became active, from 1; null for a revision that never became active. */
  readonly number: number | null;
  readonly state: RevisionState;
  readonly document: AppDocument;
  /** SHA-256 of the document's canonical JSON, hex. */
  readonly contentHash: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Names the document of a revision by its content. */
export interface DocumentName extends GraphMember {
  readonly appId: AppId;
  readonly contentHash: string;
}
