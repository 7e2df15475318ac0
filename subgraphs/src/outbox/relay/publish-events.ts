/** Brings events of an app to the stream. */
import type { BusState, EventBus, OutgoingMessage, PublishOutcome } from '@rocket/platform';
import {
  type AppName,
  completeEvent,
  type EncodedEvent,
  eventMessageId,
  type Lsn,
  shortenEvent,
} from '@rocket/schema';
import type { PublishedEvent } from '../outbox-sql.ts';

/** An event that was committed: its payload lacks the position of the log alone. */
export interface CommittedEvent extends EncodedEvent {
  readonly id: string;
  readonly epoch: number;
}

export interface PublishReport {
  readonly published: readonly PublishedEvent[];
  /** The highest of their positions; 0 when there is none. */
  readonly upTo: number;
  /** Why at least one of the others was not; null when all were published. */
  readonly failure: Error | null;
}

export interface PublishInput {
  readonly bus: Pick<EventBus, 'publish' | 'state'>;
  readonly app: AppName;
  readonly events: readonly CommittedEvent[];
  /** Of the app's database, at or past the commits of all events. */
  readonly lsn: Lsn;
}

/**
 * In order of their ids, as far as the stream takes all of them. An event that is too large goes without its record.
 * What was acknowledged before the connection was lost counts as not published: another store may be there afterwards.
 */
export async function publishEvents({ bus, app, events, lsn }: PublishInput): Promise<PublishReport> {
  const messages = events.map((event) => ({
    subject: event.subject,
    payload: completeEvent(event.payload, { lsn }),
    id: eventMessageId({ app, ...event }),
  }));
  const session = bus.state();
  const outcomes = await publishShortening(bus, messages);
  if (!isSameSession(session, bus.state())) {
    return {
      published: [],
      upTo: 0,
      failure: new Error('The connection was lost while events were published'),
    };
  }
  const published: PublishedEvent[] = [];
  let failure: Error | null = null;
  for (const [index, { id }] of events.entries()) {
    const outcome = outcomes[index];
    if (outcome?.ok === true) published.push({ id, position: outcome.position });
    else failure ??= outcome?.error ?? new Error('The bus gave no outcome');
  }
  const upTo = published.reduce((last, { position }) => Math.max(last, position), 0);
  return { published, upTo, failure };
}

function isSameSession(before: BusState, after: BusState): boolean {
  return before.kind === 'up' && after.kind === 'up' && before.sinceMs === after.sinceMs;
}

async function publishShortening(
  bus: PublishInput['bus'],
  messages: readonly OutgoingMessage[],
): Promise<readonly PublishOutcome[]> {
  const outcomes = await bus.publish(messages);
  if (!outcomes.some(isTooLarge)) return outcomes;
  return await Promise.all(
    outcomes.map(async (outcome, index) => {
      const message = messages[index];
      if (message === undefined || !isTooLarge(outcome)) return outcome;
      const [shortened = outcome] = await bus.publish([
        { ...message, payload: shortenEvent(message.payload) },
      ]);
      return shortened;
    }),
  );
}

function isTooLarge(outcome: PublishOutcome): boolean {
  return !outcome.ok && outcome.reason === 'too_large';
}
