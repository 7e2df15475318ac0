/** Events, effects and what is touched, as they are stored and sent. */
import { z } from 'zod';
import type { AppName } from '../ids.ts';
import { parseJson } from '../values/exact-json.ts';
import type { ChangeEvent, NewEvent } from './change-event.ts';
import { tableTags } from './event-tags.ts';
import type { NewSent } from './sent-event.ts';
import { changeSubject, effectSubject, sentSubject, touchedSubject } from './subjects.ts';
import type { NewTouched } from './touched-event.ts';
import type { NewEffect } from './transition-effect.ts';

/** Version of the form of events. One that older readers would misread gets a higher one. */
export const EVENT_VERSION = 1;

export interface EncodedEvent {
  /** What the event is about, for listeners that want only some events. */
  readonly subject: string;
  /** JSON of the event; numbers that a double cannot hold keep their digits. */
  readonly payload: string;
}

export function encodeEvent(event: NewEvent): EncodedEvent {
  return { subject: changeSubject(event), payload: JSON.stringify({ v: EVENT_VERSION, ...event }) };
}

export function encodeEffect(effect: NewEffect): EncodedEvent {
  return { subject: effectSubject(effect), payload: JSON.stringify({ v: EVENT_VERSION, ...effect }) };
}

export function encodeTouched(touched: NewTouched): EncodedEvent {
  return { subject: touchedSubject(touched.app), payload: JSON.stringify({ v: EVENT_VERSION, ...touched }) };
}

export function encodeSent(sent: NewSent): EncodedEvent {
  return {
    subject: sentSubject(sent.app, sent.event),
    payload: JSON.stringify({ v: EVENT_VERSION, ...sent }),
  };
}

/** What becomes known when an event is stored and committed. */
export type LateProperties = Partial<Pick<ChangeEvent, 'id' | 'epoch' | 'revision' | 'depth' | 'at' | 'lsn'>>;

/** Adds properties to the JSON of an event, which has none of them, without reading it. */
export function completeEvent(payload: string, late: LateProperties): string {
  return `${payload.slice(0, payload.lastIndexOf('}'))},${JSON.stringify(late).slice(1)}`;
}

const manyTags = z.object({ kind: z.literal('touched'), tags: z.array(z.string()) });
const withPayload = z.object({ kind: z.literal('sent') });

/** The event without what makes it large. Everything by which listeners find out whether it concerns them stays. */
export function shortenEvent(payload: string): string {
  const event: unknown = parseJson(payload);
  return JSON.stringify({ ...Object(event), ...shortened(event), omitted: true });
}

function shortened(event: unknown): Readonly<Record<string, unknown>> {
  const { data: touched } = manyTags.safeParse(event);
  if (touched !== undefined) return { tags: tableTags(touched.tags) };
  return withPayload.safeParse(event).success ? { payload: null } : { record: null, previous: null };
}

/**
 * Names an event on the stream, where it is stored once. The epoch belongs to it, since the name of a removed app can be
 * given to another one.
 */
export function eventMessageId({ app, epoch, id }: { app: AppName; epoch: number; id: string }): string {
  return `${app}:${epoch}:${id}`;
}
