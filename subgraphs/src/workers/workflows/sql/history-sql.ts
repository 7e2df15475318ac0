/** Statements on the history of instances. */
import type { Statement } from '@rocket/platform';
import type { WorkflowHistoryStatus } from '@rocket/schema';
import { HISTORY_TABLE } from '../../../tables/workflow-tables.ts';
import { NOW } from './instance-sql.ts';

export interface HistoryEntry {
  readonly step: string;
  /** Of the step, as in the document. */
  readonly type: string;
  readonly status: WorkflowHistoryStatus;
  /** User who did it; null for the engine. */
  readonly actor: string | null;
  readonly comment: string | null;
}

/** In order. */
export function insertHistory(instanceId: string, entries: readonly HistoryEntry[]): Statement {
  const of = (key: keyof HistoryEntry) => entries.map((entry) => entry[key]);
  return {
    text: `INSERT INTO "${HISTORY_TABLE}" (instance_id, step, type, status, actor, comment, at)
           SELECT $1::uuid, e.step, e.type, e.status, e.actor, e.comment, ${NOW}
           FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
             WITH ORDINALITY AS e(step, type, status, actor, comment, place) ORDER BY e.place`,
    values: [instanceId, of('step'), of('type'), of('status'), of('actor'), of('comment')],
    prepare: true,
  };
}
