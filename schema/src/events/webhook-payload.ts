/** What a webhook is told of a change: the body of its requests, and the variables of its condition. */
import type { WebhookEvent } from '../behaviour/webhook-model.ts';
import type { ExpressionVariables } from '../expressions/values/evaluation.ts';
import type { Caller } from '../protocol/call-context.ts';
import { type ChangeEvent, changedFields } from './change-event.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

/** A change, as it was made or as the stream tells of it. */
export interface ToldChange {
  readonly entity: string;
  readonly action: RecordChange['operation'];
  /** After the change; for a delete, as it was. By field name, with values as rows have them. */
  readonly record: StoredRecord['values'];
  /** Null for a create. */
  readonly old: StoredRecord['values'] | null;
  /** Of the record after the change; of a deletion, of the deleted record. */
  readonly version: number;
  /** Fields whose value changed. */
  readonly changed: readonly string[];
}

/** Of one change. All webhooks that it concerns get the same, and so does each repetition of a request. */
export interface WebhookCall {
  readonly event: WebhookEvent;
  readonly change: ToldChange;
  readonly caller: Pick<Caller, 'userId' | 'email' | 'roles'>;
  /** Time of the write. */
  readonly now: Date;
  /** The same for all that is sent about the change. */
  readonly idempotencyKey: string;
}

/** A field of a new record has no `old`. */
type FieldChange = { readonly old?: unknown; readonly new: unknown };

const NOTHING: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

export function changeMade(change: RecordChange): ToldChange {
  const { entity, operation, before, after } = change;
  return {
    entity: entity.name,
    action: operation,
    record: (after ?? before).values,
    old: before?.values ?? null,
    version: (after ?? before).version,
    changed: changedFields(change),
  };
}

/** @param event with its records: one that came without them has to be completed first */
export function changeTold(event: ChangeEvent): ToldChange {
  const { entity, op, record, previous, version, changed } = event;
  return { entity, action: op, record: record ?? previous ?? NOTHING, old: previous, version, changed };
}

/** The record as it is stored: by a delete, as it was. Only JSON of it keeps the digits of large numbers. */
export function webhookPayload(call: WebhookCall): string {
  const { event, change, caller, now, idempotencyKey } = call;
  const { entity, action, record, old, version } = change;
  return JSON.stringify({
    event,
    entity,
    action,
    record,
    ...(action === 'delete' ? {} : { old: old ?? {}, changes: changesOf(change) }),
    version,
    user: { id: caller.userId, roles: caller.roles },
    timestamp: now.toISOString(),
    idempotency_key: idempotencyKey,
  });
}

/** As rules see a write; and `changes`, which has nothing of a delete. */
export function webhookVariables(call: Omit<WebhookCall, 'idempotencyKey'>): ExpressionVariables {
  const { event, change, caller, now } = call;
  const { entity, action, record, old } = change;
  return {
    event,
    entity,
    action,
    record,
    old: old ?? NOTHING,
    changes: action === 'delete' ? NOTHING : changesOf(change),
    user: { id: caller.userId, email: caller.email, roles: caller.roles },
    now,
  };
}

/** The fields whose values differ, by value; of a new record all that have one. */
function changesOf({ changed, old, record }: ToldChange): Readonly<Record<string, FieldChange>> {
  return fieldChanges(changed, old, record);
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
