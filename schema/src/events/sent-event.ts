/** What a workflow sends to others by a name: no record has changed, so it is no change and has no tags. */
import type { AppName } from '../ids.ts';
import type { Caller } from '../protocol/call-context.ts';
import type { ChangeEvent, Late } from './change-event.ts';

export interface SentEvent extends Pick<ChangeEvent, 'app' | 'actor' | Late> {
  readonly kind: 'sent';
  /** Its name, which is of the form of names of a document. */
  readonly event: string;
  /** JSON; null when it was too large for the stream. */
  readonly payload: unknown;
}

/** An event before it is stored; the database and the relay add the remaining properties. */
export type NewSent = Omit<SentEvent, Late>;

export function sentEvent(
  app: AppName,
  caller: Pick<Caller, 'userId'>,
  { event, payload }: Pick<SentEvent, 'event' | 'payload'>,
): NewSent {
  return { kind: 'sent', app, event, payload, actor: caller.userId };
}
