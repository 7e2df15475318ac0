/** What a transition asks for after its commit: an event to send, an address to call. */
import { EFFECT_KINDS } from '../behaviour/behaviour-model.ts';
import type { JsonValue } from '../document/types.ts';
import type { AppName } from '../ids.ts';
import type { Caller } from '../protocol/call-context.ts';
import type { ChangeEvent, Late } from './change-event.ts';
import type { StoredRecord } from './record-change.ts';

/** Versions that did not carry out `create_record` told of it; nothing follows from what they have left on the stream. */
export const TOLD_EFFECTS = [...EFFECT_KINDS, 'create_record'] as const;

export interface TransitionEffect extends Pick<ChangeEvent, 'app' | 'entity' | 'key' | Late> {
  readonly kind: 'effect';
  readonly effect: (typeof TOLD_EFFECTS)[number];
  /** The action as the document has it. */
  readonly definition: JsonValue;
  readonly transition: { readonly field: string; readonly from: string | null; readonly to: string };
  /** Version of the record after the transition. */
  readonly version: number;
  /** Id of the user who made it; null for an anonymous caller. */
  readonly actor: string | null;
  /** The record after it, by field name; null when it was too large for the stream. */
  readonly record: StoredRecord['values'] | null;
}

/** An effect before it is stored; the database and the relay add the remaining properties. */
export type NewEffect = Omit<TransitionEffect, Late>;

export function transitionEffect(
  app: AppName,
  caller: Pick<Caller, 'userId'>,
  of: Pick<NewEffect, 'entity' | 'effect' | 'definition' | 'transition'> & { readonly record: StoredRecord },
): NewEffect {
  const { record, ...asked } = of;
  const { key, version, values } = record;
  return { kind: 'effect', app, ...asked, key, version, actor: caller.userId, record: values };
}
