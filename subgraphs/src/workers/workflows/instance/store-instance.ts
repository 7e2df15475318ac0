/** Stores what has become of an instance: its row, its history, and what is not wanted any more. */

import type { Row, Statement } from '@rocket/platform';
import {
  currentStep,
  type EntityModel,
  earliestDue,
  entityTag,
  fieldTags,
  type Goto,
  moveOn,
  type RecordChange,
  type StoredRecord,
  statusOf,
  type Token,
  tagText,
  type WorkflowHistoryStatus,
} from '@rocket/schema';
import { toRecord } from '../../../write/record-sql.ts';
import { present, type WriteTransaction } from '../../../write/write-state.ts';
import { deleteTimers } from '../../timers/timer-sql.ts';
import { type ApprovalEnd, endApprovals, selectPending } from '../sql/approval-sql.ts';
import { insertHistory } from '../sql/history-sql.ts';
import { updateInstance } from '../sql/instance-sql.ts';
import { deleteWaits } from '../sql/wait-sql.ts';
import type { OpenInstance } from './open-instance.ts';

/**
 * The token leaves its step, and what those waited for that are given up by it is not wanted any more. What it waited for
 * itself is its caller's concern, who knows what that was.
 */
export async function leaveStep(instance: OpenInstance, token: Token, to: Goto): Promise<void> {
  const { state, givenUp, joined } = moveOn(instance.workflow, instance.state, { id: token.id, to });
  instance.state = state;
  for (const { step } of joined) note(instance, { step, status: 'joined' });
  const waited = givenUp.filter(({ phase }) => phase === 'waiting' || phase === 'retrying');
  if (waited.length === 0) return;
  const tokens = waited.map(({ id }) => id);
  await clearWaits(instance, tokens);
  await endPending(instance, { tokens, status: 'cancelled' });
}

/** Ends its timers and waits for events; those of all tokens where `tokens` is null. */
export async function clearWaits(
  { write, record }: OpenInstance,
  tokens: readonly number[] | null,
): Promise<void> {
  await write.tx.query(deleteTimers(record.key, tokens));
  await write.tx.query(deleteWaits(record.key, tokens));
}

/** Ends the approvals that wait; those of all tokens where `tokens` is null. */
export async function endPending(
  { app, write, record }: OpenInstance,
  of: { readonly tokens: readonly number[] | null; readonly status: ApprovalEnd },
): Promise<void> {
  const { approval: entity } = app.entities;
  const rows = await write.tx.query(selectPending(entity, record.key, of.tokens));
  const before = new Map(rows.map((row) => toRecord(entity, row)).map((each) => [each.key, each]));
  if (before.size === 0) return;
  const ended = { ids: [...before.keys()], status: of.status, decidedBy: null, comment: null };
  for (const row of await write.tx.query(endApprovals(entity, ended))) {
    const after = toRecord(entity, row);
    changed(write, { entity, operation: 'update', before: present(before.get(after.key) ?? null), after });
  }
}

/** Adds to what was done. @param of.type of the step, where it is not the one of the workflow */
export function note(
  { history, workflow }: OpenInstance,
  of: {
    readonly step: string;
    readonly status: WorkflowHistoryStatus;
    readonly actor?: string | null;
    readonly comment?: string | null;
  },
): void {
  const { step, status, actor = null, comment = null } = of;
  const known = workflow.steps.get(step);
  const type = known === undefined ? '' : known.kind === 'broken' ? known.type : known.kind;
  history.push({ step, type, status, actor, comment });
}

/** The last thing that is done to an instance in its transaction. */
export async function storeInstance(instance: OpenInstance): Promise<void> {
  const { app, write, record: before, state, history } = instance;
  const { instance: entity } = app.entities;
  const status = instance.end ?? statusOf(state);
  const statement = updateInstance(entity, {
    id: before.key,
    status,
    step: currentStep(state),
    error: instance.error,
    approverId: instance.approverId,
    wakesAt: status === 'waiting' || status === 'running' ? earliestDue(state) : null,
    state,
  });
  const after = await stored(write, entity, statement);
  changed(write, { entity, operation: 'update', before, after });
  instance.stored = after;
  if (history.length === 0) return;
  await write.tx.query(insertHistory(before.key, history));
  touchHistory(instance);
}

/** The record that the statement returns. */
export async function stored(
  { tx }: WriteTransaction,
  entity: EntityModel,
  statement: Statement,
): Promise<StoredRecord> {
  const [row]: readonly Row[] = await tx.query(statement);
  return present(row === undefined ? null : toRecord(entity, row));
}

export function changed(write: WriteTransaction, change: RecordChange): void {
  write.changes.push({ ...change, path: [] });
}

/** Entries are told of by their tags alone: they are read with their instance. */
function touchHistory({ app, write, record }: OpenInstance): void {
  const { history: entity } = app.entities;
  write.touched.add(entityTag(entity));
  const field = entity.fieldByName.get('instance_id');
  const tags = field === undefined ? null : fieldTags(entity, field);
  const text = field === undefined ? null : tagText(field, record.key);
  if (tags !== null && text !== null) write.touched.add(tags.prefix + text);
}
