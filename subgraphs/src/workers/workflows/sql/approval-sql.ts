/** Statements on approvals. Those that change some return the whole records, as {@link toRecord} reads them. */
import type { Statement } from '@rocket/platform';
import { type EntityModel, VERSION_COLUMN, type WorkflowApprovalStatus } from '@rocket/schema';
import { APPROVALS_TABLE, INSTANCES_TABLE } from '../../../tables/workflow-tables.ts';
import { columns, INSTANT_SQL } from '../../../write/record-sql.ts';

/** Whom it waits for: one of the two is given. */
export interface Assignee {
  /** In lower case, as roles compare. */
  readonly role: string | null;
  readonly userId: string | null;
}

export interface NewApproval extends Assignee {
  readonly instanceId: string;
  readonly token: number;
  readonly step: string;
  /** ISO 8601; null without end. */
  readonly dueAt: string | null;
}

/** What it shares with its instance is copied, since policies decide by it. */
export function insertApproval(entity: EntityModel, of: NewApproval): Statement {
  return {
    text: `INSERT INTO "${APPROVALS_TABLE}" (instance_id, token, step, status, assignee_role, assignee_id, due_at,
             created_at, workflow, entity, record_id, started_by)
           SELECT i.id, $2::int, $3, 'pending', $4, $5, $6::timestamptz, ${INSTANT_SQL}, i.workflow, i.entity, i.record_id,
             i.started_by
           FROM "${INSTANCES_TABLE}" i WHERE i.id = $1::uuid RETURNING ${columns(entity)}`,
    values: [of.instanceId, of.token, of.step, of.role, of.userId, of.dueAt],
    prepare: true,
  };
}

/** Rows: id of the instance. */
export function selectInstanceOf(approvalId: string): Statement {
  return {
    text: `SELECT instance_id FROM "${APPROVALS_TABLE}" WHERE id = $1::uuid`,
    values: [approvalId],
    prepare: true,
  };
}

/** The record, and behind it the token that waits. Its instance has to be locked before. */
export function selectApproval(entity: EntityModel, id: string): Statement {
  return {
    text: `SELECT ${columns(entity)}, token FROM "${APPROVALS_TABLE}" WHERE id = $1::uuid FOR UPDATE`,
    values: [id],
    prepare: true,
  };
}

/** Those of the instance's tokens that wait; of all of them where `tokens` is null. */
export function selectPending(
  entity: EntityModel,
  instanceId: string,
  tokens: readonly number[] | null,
): Statement {
  return {
    text: `SELECT ${columns(entity)} FROM "${APPROVALS_TABLE}"
           WHERE instance_id = $1::uuid AND status = 'pending' AND ($2::int[] IS NULL OR token = ANY ($2::int[]))
           FOR UPDATE`,
    values: [instanceId, tokens],
    prepare: true,
  };
}

export type ApprovalEnd = Exclude<WorkflowApprovalStatus, 'pending'>;

export interface EndedApprovals {
  readonly ids: readonly string[];
  readonly status: ApprovalEnd;
  readonly decidedBy: string | null;
  readonly comment: string | null;
}

export function endApprovals(entity: EntityModel, of: EndedApprovals): Statement {
  return {
    text: `UPDATE "${APPROVALS_TABLE}" SET ${VERSION_COLUMN} = ${VERSION_COLUMN} + 1, status = $2, decided_by = $3,
             comment = $4, decided_at = ${INSTANT_SQL}
           WHERE id = ANY ($1::uuid[]) RETURNING ${columns(entity)}`,
    values: [of.ids, of.status, of.decidedBy, of.comment],
    prepare: true,
  };
}

export function reassignApproval(entity: EntityModel, id: string, to: Assignee): Statement {
  return {
    text: `UPDATE "${APPROVALS_TABLE}" SET ${VERSION_COLUMN} = ${VERSION_COLUMN} + 1, assignee_role = $2,
             assignee_id = $3
           WHERE id = $1::uuid RETURNING ${columns(entity)}`,
    values: [id, to.role, to.userId],
    prepare: true,
  };
}
