/**
 * Events: the description of a record's change for everything that follows a commit. Writers and readers share the
 * type.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AppName, Epoch, Lsn, Revision } from '../ids.ts';
import type { Caller } from '../protocol/call-context.ts';
import { eventTags } from './event-tags.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

export interface ChangeEvent {
  /** A decimal of 64 bits. Of two events of one record the later commit has the higher. */
  readonly id: string;
  readonly app: AppName;
  /** The app's epoch when the change was made. */
  readonly epoch: Epoch;
  /**
   * Of the document that the change was made by, and its tags after; absent where that is not known. While documents
   * change, several are in use.
   */
  readonly revision?: Revision | undefined;
  /**
   * How many workflows have started one another up to this change, so that they do not for ever; absent where none had a
   * part in it.
   */
  readonly depth?: number | undefined;
  /** Position of the app's database at or past the commit; null for an event of before positions were noted. */
  readonly lsn: Lsn | null;
  /** Time of the transaction by the database's clock, ISO 8601 with its offset. */
  readonly at: string;
  readonly entity: string;
  readonly op: RecordChange['operation'];
  readonly key: string;
  /** Version of the record after the change; for a delete, of the deleted record. */
  readonly version: number;
  /** Id of the user who made the change; null for an anonymous caller. */
  readonly actor: string | null;
  /**
   * What else webhooks are told of who made it; absent where no webhook is called after changes of the entity. Only
   * they and administrators see it.
   */
  readonly caller?: Pick<Caller, 'email' | 'roles'> | undefined;
  /** Fields whose value changed; for a create all that have a value, for a delete all that had one. */
  readonly changed: readonly string[];
  /** By field name; null for a delete. */
  readonly record: StoredRecord['values'] | null;
  /** Null for a create. */
  readonly previous: StoredRecord['values'] | null;
  readonly tags: readonly string[];
  /** The event was too large for the stream: `record` and `previous` are null, and are kept in the outbox for a day. */
  readonly omitted: boolean;
}

/** Properties that are known once the event is stored, or was committed. */
export type Late = 'id' | 'epoch' | 'revision' | 'depth' | 'at' | 'lsn' | 'omitted';

/** An event before it is stored; the database and the relay add the remaining properties. */
export type NewEvent = Omit<ChangeEvent, Late>;

/**
 * Whether `a` is the later of two events of one record. Events can arrive late, so who keeps the state of a record drops
 * what is not newer than what they have.
 */
export function isNewer(a: Pick<ChangeEvent, 'epoch' | 'id'>, b: Pick<ChangeEvent, 'epoch' | 'id'>): boolean {
  return a.epoch === b.epoch ? BigInt(a.id) > BigInt(b.id) : a.epoch > b.epoch;
}

export function changeEvent(
  app: AppName,
  { userId, email, roles }: Pick<Caller, 'userId' | 'email' | 'roles'>,
  change: RecordChange,
): NewEvent {
  const { entity, operation, before, after } = change;
  const { key, version } = after ?? before;
  const { afterWrite, afterDelete } = entity.webhooks;
  const hasWebhooks = (operation === 'delete' ? afterDelete : afterWrite).length > 0;
  return {
    app,
    entity: entity.name,
    op: operation,
    key,
    version,
    actor: userId,
    ...(hasWebhooks ? { caller: { email, roles } } : {}),
    changed: changedFields(change),
    record: after?.values ?? null,
    previous: before?.values ?? null,
    tags: eventTags(change),
  };
}

/** Fields whose value changed, compared by value; for a create all that have one, for a delete all that had one. */
export function changedFields({ entity, before, after }: RecordChange): string[] {
  const value = (of: StoredRecord | null, name: string) => of?.values[name] ?? null;
  return entity.fields
    .map(({ name }) => name)
    .filter((name) => !isDeepStrictEqual(value(before, name), value(after, name)));
}
