/** An instance that is locked in a transaction: what it is, and what is about to become of it. */
import {
  type InstanceContext,
  type InstanceState,
  readInstanceState,
  readTriggerFacts,
  type StoredRecord,
  type TriggerFacts,
  WORKFLOW_INSTANCE_STATUSES,
  type WorkflowInstanceStatus,
  type WorkflowModel,
} from '@rocket/schema';
import type { AskedDelivery } from '../../../webhooks/log-asked.ts';
import type { WriteTransaction } from '../../../write/write-state.ts';
import type { HistoryEntry } from '../sql/history-sql.ts';
import { type InstanceLock, lockedInstance, lockInstance } from '../sql/instance-sql.ts';
import type { WorkflowApp } from '../workflow-app.ts';

export interface OpenInstance {
  readonly app: WorkflowApp;
  readonly write: WriteTransaction;
  /** As it was when it was locked. */
  readonly record: StoredRecord;
  readonly workflow: WorkflowModel;
  readonly trigger: TriggerFacts;
  readonly context: InstanceContext;
  /** In order; stored when the instance is. */
  readonly history: HistoryEntry[];
  /** Receivers that the step has asked. */
  readonly asked: AskedDelivery[];
  state: InstanceState;
  /** How it ended, where its state does not say. */
  end: Extract<WorkflowInstanceStatus, 'failed' | 'cancelled'> | null;
  error: string | null;
  approverId: string | null;
  /** As it was stored; null before. */
  stored: StoredRecord | null;
}

/** Null when there is none, or when it is locked and `lock` is `skip`. */
export async function openInstance(
  app: WorkflowApp,
  write: WriteTransaction,
  { id, lock = 'wait' }: { readonly id: string; readonly lock?: InstanceLock },
): Promise<OpenInstance | null> {
  const { instance: entity } = app.entities;
  const [row] = await write.tx.query(lockInstance(entity, id, lock));
  if (row === undefined) return null;
  const { record, definitionHash, trigger, state } = lockedInstance(entity, row);
  return {
    ...{ app, write, record },
    workflow: await app.definition(write.tx, {
      hash: definitionHash,
      name: String(record.values['workflow']),
    }),
    trigger: readTriggerFacts(trigger),
    context: contextOf(record),
    history: [],
    asked: [],
    state: readInstanceState(state),
    end: null,
    error: null,
    approverId: textOf(record, 'approver_id'),
    stored: null,
  };
}

export function instanceStatus({ record }: Pick<OpenInstance, 'record'>): WorkflowInstanceStatus {
  const { status } = record.values;
  const known = WORKFLOW_INSTANCE_STATUSES.find((each) => each === status);
  if (known === undefined) throw new TypeError(`An instance has the status ${String(status)}`);
  return known;
}

export function textOf({ values }: StoredRecord, field: string): string | null {
  const value = values[field] ?? null;
  return value === null ? null : String(value);
}

function contextOf({ values }: StoredRecord): InstanceContext {
  const context: unknown = values['context'];
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    throw new TypeError('The context of an instance is no object');
  return { ...context };
}
