/** What a transaction tells: one event per changed record, and one for each effect of a transition. */
import { changeEvent, type EncodedEvent, encodeEffect, encodeEvent, transitionEffect } from '@rocket/schema';
import { type PendingEffect, present, type WriteTransaction } from '../write/write-state.ts';

/** Complete when the transaction has made all its changes. */
export function transactionEvents(write: WriteTransaction): readonly EncodedEvent[] {
  const { model, caller, changes, effects } = write;
  const changed = changes.map((change) => encodeEvent(changeEvent(model.app, caller, change)));
  return [...changed, ...effects.map((effect) => effectEvent(write, effect))];
}

function effectEvent({ model, caller }: WriteTransaction, pending: PendingEffect): EncodedEvent {
  const { state, ...asked } = pending;
  const of = { ...asked, entity: state.entity.name, record: present(state.stored) };
  return encodeEffect(transitionEffect(model.app, caller, of));
}
