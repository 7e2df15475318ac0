/** Turns a checked document into the app's active revision. */
import type { ActivationReport, AppDocument, AppName, GraphMember, Revision } from '@rocket/schema';
import { ADMIN_TIMEOUT_MS, type AdminParts } from '../parts.ts';
import type { Candidate } from './check-graphs.ts';
import { settleImport } from './settle-imports.ts';

export interface NextRevision extends Candidate {
  readonly sampleData: AppDocument['sample_data'];
  readonly active: Revision | null;
  readonly createdBy: string;
}

export type Activation =
  | { readonly kind: 'active'; readonly report: ActivationReport }
  /** Nothing has changed. */
  | { readonly kind: 'refused'; readonly error: unknown }
  /**
   * It is unknown whether the tables have changed: that is settled, and the change finished or undone, when the shard
   * answers.
   */
  | { readonly kind: 'open'; readonly error: unknown };

/** Stores the revision, has the shard change the tables, and publishes it. Does not throw. */
export async function activateRevision(next: NextRevision, parts: AdminParts): Promise<Activation> {
  const { model, contentHash, sampleData, active, createdBy } = next;
  const { app, document, refersTo } = model;
  let revision: Revision;
  try {
    revision = await parts.catalog.addRevision({ app, document, contentHash, createdBy });
  } catch (error) {
    return { kind: 'refused', error };
  }
  let report: ActivationReport;
  try {
    report = await activateTables({ app, revision, sampleData }, parts);
  } catch (error) {
    return await afterFailure({ app, revision }, error, parts);
  }
  try {
    await parts.catalog.activateRevision({ app, revision, expectedActive: active, refersTo });
    return { kind: 'active', report };
  } catch (error) {
    return { kind: 'open', error };
  }
}

/** The shard refused the revision, or its answer was lost: only the shard knows which. */
async function afterFailure(member: GraphMember, error: unknown, parts: AdminParts): Promise<Activation> {
  try {
    const settlement = await settleImport(member, parts);
    if (settlement === 'abandoned') return { kind: 'refused', error };
    const changes = ['the tables were changed; how, was lost with the answer of the shard'];
    return { kind: 'active', report: { changes, rowsInserted: 0 } };
  } catch (unsettled) {
    parts.logger.warn({ err: unsettled, app: member.app }, 'what became of an import is not known yet');
    return { kind: 'open', error };
  }
}

/** Fits the tables to the revision and inserts the sample rows that are missing. */
export function activateTables(
  input: { app: AppName; revision: Revision; sampleData: AppDocument['sample_data'] },
  { shards }: AdminParts,
): Promise<ActivationReport> {
  const { app, revision, sampleData } = input;
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + ADMIN_TIMEOUT_MS } as const;
  return shards.call(call, (service, { epoch }) => service.activate({ app, epoch, revision, sampleData }));
}
