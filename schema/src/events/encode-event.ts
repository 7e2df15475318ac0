import type { NewEvent } from './change-event.ts';

/** An event as it is stored and sent. */
export interface EncodedEvent {
  /** What the event is about, for listeners that want only some events. */
  readonly subject: string;
  /** JSON of the event; numbers that a double cannot hold keep their digits. */
  readonly payload: string;
}

export function encodeEvent(event: NewEvent): EncodedEvent {
  const { app, entity, op } = event;
  return { subject: `rocket.ev.${app}.${entity}.${op}`, payload: JSON.stringify(event) };
}
