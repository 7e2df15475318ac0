/** Changes that are published on a bus, and where they are. */
import type { EventBus } from '@rocket/platform';
import { type AppName, appName, encodeEvent, epoch, eventMessageId } from '@rocket/schema';
import type { FedChange, StreamPlace } from '../../src/changes/change-feed.ts';

export const CRM = appName('crm');

interface TestChange {
  readonly app?: AppName;
  readonly entity?: string;
  readonly key?: string;
  readonly epoch?: number;
  /** Makes it larger by so many bytes. */
  readonly padding?: number;
}

export function changeMessage(id: number, change: TestChange = {}) {
  const { app = CRM, entity = 'deal', key = String(id), padding = 0 } = change;
  const event = {
    ...({ app, entity, key, op: 'create', version: 1, actor: null, changed: ['name'] } as const),
    ...{ record: { name: 'x'.repeat(padding) }, previous: null, tags: [] },
  };
  const late = { id: String(id), epoch: epoch(change.epoch ?? 1), at: '2026-01-01T00:00:00Z' };
  const { subject, payload } = encodeEvent(event);
  return {
    subject,
    payload: JSON.stringify({ ...JSON.parse(payload), ...late }),
    id: eventMessageId({ app, ...late }),
  };
}

/** @returns their places. @throws unless each was stored */
export async function publish(
  bus: EventBus,
  messages: readonly { subject: string; payload: string; id: string }[],
): Promise<StreamPlace[]> {
  const outcomes = await bus.publish(messages);
  return outcomes.map((outcome, at) => {
    if (!outcome.ok) throw outcome.error;
    return { position: outcome.position, id: messages[at]?.id ?? null };
  });
}

/** Publishes changes with these ids. */
export function change(bus: EventBus, ids: readonly number[], of: TestChange = {}): Promise<StreamPlace[]> {
  return publish(
    bus,
    ids.map((id) => changeMessage(id, of)),
  );
}

export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

export function idsOf(changes: readonly FedChange[]): number[] {
  return changes.map(({ event }) => Number(event.id));
}

export function placeOf(places: readonly StreamPlace[], at: number): StreamPlace {
  const place = places.at(at);
  if (place === undefined) throw new Error(`There is no place ${at}`);
  return place;
}
