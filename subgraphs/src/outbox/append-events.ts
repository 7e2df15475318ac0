/** Events: one per changed record, written with the change, so that neither exists without the other. */
import { isDeepStrictEqual } from 'node:util';
import type { Statement } from '@rocket/platform';
import type { AppName, Caller } from '@rocket/schema';
import { EPOCH_KEY } from '../tables/meta.ts';
import { META_TABLE, OUTBOX_TABLE } from '../tables/system-tables.ts';
import type { RecordChange, WriteTransaction } from '../write/write-state.ts';
import { eventTags } from './event-tags.ts';

/** Appends what the transaction has changed to the outbox: its last statement, when nothing else is changed any more. */
export async function appendEvents({ tx, model, caller, changes }: WriteTransaction): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(insertEvents(changes.map((change) => event(model.app, caller, change))));
}

interface OutboxEvent {
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Everything of an event but what the database adds: id, epoch and time. */
function event(app: AppName, caller: Caller, change: RecordChange): OutboxEvent {
  const { entity, operation, before, after } = change;
  const record = after ?? before;
  return {
    subject: `rocket.ev.${app}.${entity.name}.${operation}`,
    payload: {
      app,
      entity: entity.name,
      op: operation,
      key: record?.key ?? null,
      version: record?.version ?? null,
      actor: caller.userId,
      changed: changedFields(change),
      record: after?.values ?? null,
      previous: before?.values ?? null,
      tags: eventTags(app, change),
    },
  };
}

/** All fields that have a value for a create, all that lost one for a delete. */
function changedFields({ entity, before, after }: RecordChange): string[] {
  const value = (of: RecordChange['before'], name: string) => of?.values[name] ?? null;
  return entity.fields
    .map(({ name }) => name)
    .filter((name) => !isDeepStrictEqual(value(before, name), value(after, name)));
}

/**
 * The id comes from the sequence while the record's row is locked, so the events of one record have ids in the order
 * of their commits. The epoch is read in the same statement: a moved app cannot write under its former one.
 */
function insertEvents(events: readonly OutboxEvent[]): Statement {
  return {
    text: `INSERT INTO "${OUTBOX_TABLE}" (id, subject, payload)
           SELECT n.id, n.subject, n.payload || jsonb_build_object('id', n.id::text, 'at', now(),
             'epoch', (SELECT value FROM "${META_TABLE}" WHERE key = $3))
           FROM (SELECT nextval(pg_get_serial_sequence('"${OUTBOX_TABLE}"', 'id')) AS id, e.subject, e.payload::jsonb AS payload
                 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS e(subject, payload, place)
                 ORDER BY e.place) n`,
    values: [
      events.map(({ subject }) => subject),
      events.map(({ payload }) => JSON.stringify(payload)),
      EPOCH_KEY,
    ],
  };
}
