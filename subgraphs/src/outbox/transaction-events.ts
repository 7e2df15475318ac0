/** What a transaction tells: an event for each changed record, one for each effect of a transition, one for all links. */
import {
  changeEvent,
  completeEvent,
  type EncodedEvent,
  encodeEffect,
  encodeEvent,
  encodeTouched,
  type Revision,
  touchedEvent,
  transitionEffect,
} from '@rocket/schema';
import { type PendingEffect, present, type WriteTransaction } from '../write/write-state.ts';

/**
 * Complete when the transaction has made all its changes.
 * @param revision of the document that the write goes by; absent when it is not known
 */
export function transactionEvents(write: WriteTransaction, revision?: Revision): readonly EncodedEvent[] {
  const { model, caller, changes, effects, touched } = write;
  const changed = changes.map((change) => encodeEvent(changeEvent(model.app, caller, change)));
  const asked = effects.map((effect) => effectEvent(write, effect));
  const links = touched.size > 0 ? [encodeTouched(touchedEvent(model.app, touched))] : [];
  return [...changed, ...asked, ...links].map((event) => of(event, revision));
}

function of(event: EncodedEvent, revision: Revision | undefined): EncodedEvent {
  return revision === undefined ? event : { ...event, payload: completeEvent(event.payload, { revision }) };
}

function effectEvent({ model, caller }: WriteTransaction, pending: PendingEffect): EncodedEvent {
  const { state, ...asked } = pending;
  const of = { ...asked, entity: state.entity.name, record: present(state.stored) };
  return encodeEffect(transitionEffect(model.app, caller, of));
}
