/**
 * Events: one per changed record, and one for each effect of a transition. They are written with the change, so that
 * neither exists without the other.
 */
import type { Statement } from '@rocket/platform';
import { changeEvent, type EncodedEvent, encodeEffect, encodeEvent, transitionEffect } from '@rocket/schema';
import { EPOCH_KEY } from '../activation/meta.ts';
import { META_TABLE, OUTBOX_TABLE } from '../tables/system-tables.ts';
import { type PendingEffect, present, type WriteTransaction } from '../write/write-state.ts';

/** Appends the transaction's changes to the outbox and commits, so nothing can be changed any more. */
export async function commitWithEvents(write: WriteTransaction): Promise<void> {
  const { tx, model, caller, changes, effects } = write;
  if (changes.length === 0 && effects.length === 0) return;
  const changed = changes.map((change) => encodeEvent(changeEvent(model.app, caller, change)));
  await tx.commitWith(insertEvents([...changed, ...effects.map((effect) => effectEvent(write, effect))]));
}

function effectEvent({ model, caller }: WriteTransaction, pending: PendingEffect): EncodedEvent {
  const { state, ...asked } = pending;
  const of = { ...asked, entity: state.entity.name, record: present(state.stored) };
  return encodeEffect(transitionEffect(model.app, caller, of));
}

/**
 * The id comes from the sequence while the record's row is locked, so the events of one record have ids in the order
 * of their commits. The epoch is read in the same statement: a moved app cannot write under its former one.
 */
function insertEvents(events: readonly EncodedEvent[]): Statement {
  return {
    text: `INSERT INTO "${OUTBOX_TABLE}" (id, subject, payload)
           SELECT n.id, n.subject, n.payload || jsonb_build_object('id', n.id::text, 'at', now(),
             'epoch', (SELECT value FROM "${META_TABLE}" WHERE key = $3))
           FROM (SELECT nextval(pg_get_serial_sequence('"${OUTBOX_TABLE}"', 'id')) AS id, e.subject, e.payload::jsonb AS payload
                 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS e(subject, payload, place)
                 ORDER BY e.place) n`,
    values: [events.map(({ subject }) => subject), events.map(({ payload }) => payload), EPOCH_KEY],
    prepare: true,
  };
}
