/**
 * What a transaction tells: an event for each changed record, for each effect of a transition, and for each that a workflow
 * sends; one for all links.
 */
import {
  changeEvent,
  completeEvent,
  type EncodedEvent,
  encodeEffect,
  encodeEvent,
  encodeSent,
  encodeTouched,
  type Revision,
  sentEvent,
  touchedEvent,
  transitionEffect,
} from '@rocket/schema';
import { type PendingEffect, present, type WriteTransaction } from '../write/write-state.ts';

interface EventOrigin {
  /** Of the document that the write goes by; absent when it is not known. */
  readonly revision?: Revision | undefined;
  /** How many workflows have started one another up to this write. */
  readonly depth?: number | undefined;
}

/** Complete when the transaction has made all its changes. */
export function transactionEvents(write: WriteTransaction, origin: EventOrigin): readonly EncodedEvent[] {
  const { model, caller, changes, effects, sent, touched } = write;
  const changed = changes.map((change) => encodeEvent(changeEvent(model.app, caller, change)));
  const asked = effects.map((effect) => effectEvent(write, effect));
  const told = sent.map((event) => encodeSent(sentEvent(model.app, caller, event)));
  const links = touched.size > 0 ? [encodeTouched(touchedEvent(model.app, touched))] : [];
  return [...changed, ...asked, ...told, ...links].map((event) => from(event, origin));
}

function from(event: EncodedEvent, { revision, depth }: EventOrigin): EncodedEvent {
  if (revision === undefined && depth === undefined) return event;
  return { ...event, payload: completeEvent(event.payload, { revision, depth }) };
}

function effectEvent({ model, caller }: WriteTransaction, pending: PendingEffect): EncodedEvent {
  const { state, ...asked } = pending;
  const of = { ...asked, entity: state.entity.name, record: present(state.stored) };
  return encodeEffect(transitionEffect(model.app, caller, of));
}
