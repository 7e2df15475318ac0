/** What a webhook is told of a change: the body of its requests, and the variables of its condition. */
import type { WebhookEvent } from '../behaviour/webhook-model.ts';
import type { ExpressionVariables } from '../expressions/values/evaluation.ts';
import type { Caller } from '../protocol/call-context.ts';
import { changedFields } from './change-event.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

/** Of one change. All webhooks that it concerns get the same, and so does each repetition of a request. */
export interface WebhookCall {
  readonly event: WebhookEvent;
  readonly change: RecordChange;
  readonly caller: Caller;
  /** Time of the write. */
  readonly now: Date;
  /** The same for all that is sent about the change. */
  readonly idempotencyKey: string;
}

/** A field of a new record has no `old`. */
type FieldChange = { readonly old?: unknown; readonly new: unknown };

const NOTHING: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

/** The record as it is stored: by a delete, as it was. Only JSON of it keeps the digits of large numbers. */
export function webhookPayload(call: WebhookCall): string {
  const { event, change, caller, now, idempotencyKey } = call;
  const { entity, operation, before, after } = change;
  return JSON.stringify({
    event,
    entity: entity.name,
    action: operation,
    record: (after ?? before).values,
    ...(operation === 'delete' ? {} : { old: before?.values ?? {}, changes: changesOf(change) }),
    user: { id: caller.userId, roles: caller.roles },
    timestamp: now.toISOString(),
    idempotency_key: idempotencyKey,
  });
}

/** As rules see a write; and `changes`, which has nothing of a delete. */
export function webhookVariables(call: Omit<WebhookCall, 'idempotencyKey'>): ExpressionVariables {
  const { event, change, caller, now } = call;
  const { entity, operation, before, after } = change;
  return {
    event,
    entity: entity.name,
    action: operation,
    record: (after ?? before).values,
    old: before?.values ?? NOTHING,
    changes: operation === 'delete' ? NOTHING : changesOf(change),
    user: { id: caller.userId, email: caller.email, roles: caller.roles },
    now,
  };
}

/** The fields whose values differ, by value; of a new record all that have one. */
function changesOf(change: RecordChange): Readonly<Record<string, FieldChange>> {
  return fieldChanges(changedFields(change), change.before?.values ?? null, change.after?.values ?? null);
}

/** What became of the fields of these names. `before` is null for a new record. */
export function fieldChanges(
  names: Iterable<string>,
  before: StoredRecord['values'] | null,
  after: StoredRecord['values'] | null,
): Readonly<Record<string, FieldChange>> {
  const changes: Record<string, FieldChange> = Object.create(null);
  for (const name of names) {
    const now = after?.[name] ?? null;
    changes[name] = before === null ? { new: now } : { old: before[name] ?? null, new: now };
  }
  return changes;
}
