/** A transaction in which one instance is locked and changed, and what follows it in this process. */
import { RocketError, type StoredRecord, type WorkflowInstanceStatus } from '@rocket/schema';
import { WriteRefused } from '../../../write/write-result.ts';
import type { WriteInTransaction } from '../../../write/write-transactions.ts';
import type { InstanceLock } from '../sql/instance-sql.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { instanceStatus, type OpenInstance, openInstance } from './open-instance.ts';

/** Of a statement that is not part of a transaction, so that a connection that hangs does not hang its caller. */
export const QUERY_MS = 10_000;

/** What is to be known of an instance before it is locked. */
export interface KnownInstance {
  readonly id: string;
  readonly workflow: string;
  readonly depth: number;
}

/**
 * Changes it in the name of its workflow.
 * @param work may be repeated, from the beginning; stores the instance where it changes it
 * @returns what it is by now; null where `work` has not stored it, or there is none
 * @throws what `work` throws, nothing is changed then; WriteRefused; RocketError `NOT_READY` when it is locked and `lock`
 *   is `skip`
 */
export async function changeInstance(
  app: WorkflowApp,
  { id, workflow, depth, lock = 'wait' }: KnownInstance & { readonly lock?: InstanceLock },
  work: (instance: OpenInstance) => Promise<void>,
): Promise<WorkflowInstanceStatus | null> {
  const { caller, inTransaction } = app.writesOf(workflow, depth);
  let opened: OpenInstance | null = null;
  const run: Parameters<WriteInTransaction>[1] = async (write) => {
    opened = await openInstance(app, write, { id, lock });
    if (opened !== null) await work(opened);
    else if (lock === 'skip') throw new RocketError('NOT_READY', 'Somebody else has the instance');
    return id;
  };
  const result = await inTransaction(caller, run);
  if (!result.ok) throw new WriteRefused(result.errors);
  return followUp(opened);
}

/** Counts what has become of an instance and tells when it wakes, once that is committed. */
export function followUp(instance: OpenInstance | null): WorkflowInstanceStatus | null {
  const record = instance?.stored ?? null;
  if (instance === null || record === null) return null;
  const { app } = instance;
  const status = instanceStatus({ record });
  if (status === 'completed' || status === 'failed' || status === 'cancelled')
    app.metrics.instance(app.app, status);
  const delayMs = msUntilWake(record.values);
  if (delayMs !== null) app.onTimer(delayMs);
  return status;
}

/** From the transaction that has stored it, by its values; null where no timer of it is set. */
export function msUntilWake(record: StoredRecord['values']): number | null {
  const { wakes_at: wakesAt, updated_at: storedAt } = record;
  if (typeof wakesAt !== 'string' || typeof storedAt !== 'string') return null;
  return Date.parse(wakesAt) - Date.parse(storedAt);
}
