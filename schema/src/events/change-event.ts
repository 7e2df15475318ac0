/** Events: what is told of a record's change to all that follows a commit. One type for who writes them and who reads them. */
import { isDeepStrictEqual } from 'node:util';
import type { AppName, Epoch } from '../ids.ts';
import type { Caller } from '../protocol/call-context.ts';
import { eventTags } from './event-tags.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

export interface ChangeEvent {
  /** A decimal of 64 bits. Of two events of one record the later commit has the higher. */
  readonly id: string;
  readonly app: AppName;
  /** Of the app when the change was made. */
  readonly epoch: Epoch;
  /** Time of the transaction by the database's clock, ISO 8601 with its offset. */
  readonly at: string;
  readonly entity: string;
  readonly op: RecordChange['operation'];
  readonly key: string;
  /** Of the record as the change left it; for a delete, of the record that went. */
  readonly version: number;
  /** Id of the user who made the change; null for an anonymous caller. */
  readonly actor: string | null;
  /** Fields whose value is another one: all that have a value for a create, all that had one for a delete. */
  readonly changed: readonly string[];
  /** By field name; null for a delete. */
  readonly record: StoredRecord['values'] | null;
  /** Null for a create. */
  readonly previous: StoredRecord['values'] | null;
  readonly tags: readonly string[];
}

/** An event as it is before the database has taken it, which alone knows the rest. */
export type NewEvent = Omit<ChangeEvent, 'id' | 'epoch' | 'at'>;

export function changeEvent(app: AppName, caller: Pick<Caller, 'userId'>, change: RecordChange): NewEvent {
  const { entity, operation, before, after } = change;
  const { key, version } = after ?? before;
  return {
    app,
    entity: entity.name,
    op: operation,
    key,
    version,
    actor: caller.userId,
    changed: changedFields(change),
    record: after?.values ?? null,
    previous: before?.values ?? null,
    tags: eventTags(app, change),
  };
}

function changedFields({ entity, before, after }: RecordChange): string[] {
  const value = (of: StoredRecord | null, name: string) => of?.values[name] ?? null;
  return entity.fields
    .map(({ name }) => name)
    .filter((name) => !isDeepStrictEqual(value(before, name), value(after, name)));
}
