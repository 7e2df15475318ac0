/** A durable consumer of events: every event of every app comes to one of the workers, until it has been handled. */
import {
  beforeDeadline,
  type Consumer,
  type DeadLetters,
  type Delivery,
  type EventBus,
  type Logger,
} from '@rocket/platform';
import { type AppModel, type AppName, RocketError, readStream, type StreamRecord } from '@rocket/schema';
import { createReturnedEvents, type ReturnDelay, type ReturnedEvents } from './returned-events.ts';
import { type ToldEvent, toldEvent, wasToldBy } from './told-event.ts';
import type { PlacedModel, WorkerShards } from './worker-shards.ts';
import { isOutage } from './workflows/steps/step-failure.ts';

const BUSY: ReturnDelay = { firstMs: 50, maxMs: 5_000 };
/** While the app's database, its shard or the stream cannot be used, or somebody else has the instance. */
const OUTAGE: ReturnDelay = { firstMs: 100, maxMs: 30_000 };
/** An event of a newer version of the product waits for a worker of that version. */
const NEWER: ReturnDelay = { firstMs: 1_000, maxMs: 30_000 };
const FAILED: ReturnDelay = { firstMs: 400, maxMs: 30_000 };
/**
 * Longer than whatever is done with an event takes, and the note that it has failed: whatever hangs must not keep its place
 * for ever. What hangs goes on, and may do so beside who tries again.
 */
const MAX_HANDLING_MS = 150_000;
/** An event that fails so often in one worker is dead. */
const MAX_FAILURES = 5;

/** What is done with events, by one kind of worker. */
export interface EventWork {
  /** What of it is kept on the server of the stream. */
  readonly consumption: { readonly name: string; readonly subject: string; readonly ackWaitMs: number };
  /** Events that are handled at once. */
  readonly maxInFlight: number;
  /** Of one app whose events take long, so that they leave room for those of others. */
  readonly maxOfOneApp: number;
  /** An event that takes longer says that those of its app take long. */
  readonly longMs: number;
  /** Whether an event has anything to do with it, by the app's document alone. */
  concerns(model: AppModel, record: StreamRecord): boolean;
  /** @param isReturned the event was here before, or with another worker, and has perhaps been handled */
  handle(placed: PlacedModel, record: StreamRecord, isReturned: boolean): Promise<void>;
}

export interface EventParts {
  readonly bus: EventBus;
  readonly shards: WorkerShards;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  /** Reads the catalog anew. */
  readonly refresh: () => Promise<unknown>;
  readonly logger: Logger;
}

interface Running {
  readonly sinceMs: number;
}

/** What a consumer has and remembers from one event to the next. */
interface Consuming extends EventParts {
  readonly work: EventWork;
  /** When the events of each app that are being handled came, in their order. */
  readonly running: Map<AppName, Set<Running>>;
  readonly returned: ReturnedEvents;
}

export function consumeEvents(work: EventWork, parts: EventParts): Consumer {
  const { bus, deadLetters, logger } = parts;
  const { name: consumer } = work.consumption;
  const consuming: Consuming = { ...parts, work, running: new Map(), returned: createReturnedEvents() };
  return bus.consume({
    ...work.consumption,
    handle: (delivery) => handle(consuming, delivery),
    maxInFlight: work.maxInFlight,
    // Failures are counted here: the server counts each return, also those that are no failure.
    maxTries: 1,
    retryDelayMs: () => FAILED.maxMs,
    dead: async (message, cause) => {
      const app = toldEvent(readStream(message.payload))?.app ?? null;
      const { id: messageId, subject, payload, position } = message;
      await deadLetters.add({
        consumer,
        app,
        messageId,
        subject,
        payload,
        position,
        cause: causeText(cause),
      });
      consuming.returned.done(position);
      logger.error({ err: cause, consumer, app, subject }, 'an event was put aside as dead');
    },
  });
}

type Handled = { readonly delayMs: number } | undefined;

async function handle(consuming: Consuming, delivery: Delivery): Promise<Handled> {
  const { returned, logger } = consuming;
  const { position, subject } = delivery;
  const record = readStream(delivery.payload);
  const back = (delay: ReturnDelay) => ({ delayMs: returned.postponed(position, delay) });
  if (record.kind === 'unreadable' && record.fault === 'newer') return back(NEWER);
  try {
    const isReturned = delivery.tries > 1 || returned.wasTried(position);
    const isBusy = !(await inTurn(consuming, record, () =>
      beforeDeadline(Date.now() + MAX_HANDLING_MS, handleRecord(consuming, record, isReturned)),
    ));
    if (isBusy) return { delayMs: returned.busy(position, BUSY) };
    returned.done(position);
    return undefined;
  } catch (error) {
    if (isOutage(error)) {
      logger.debug({ err: error, subject }, 'an event cannot be handled at the moment');
      return back(OUTAGE);
    }
    // What cannot be read is dead at once, as no further try would read it.
    if (record.kind === 'unreadable' || returned.failed(position) >= MAX_FAILURES) throw error;
    logger.warn({ err: error, subject }, 'an event could not be handled; once more');
    return back(FAILED);
  }
}

/** False, and nothing is done, when too many events of the app are being handled. */
async function inTurn(
  { running, work }: Consuming,
  record: StreamRecord,
  handling: () => Promise<void>,
): Promise<boolean> {
  const app = toldEvent(record)?.app;
  if (app === undefined) return await handling().then(() => true);
  const ofApp = running.get(app) ?? new Set();
  const [oldest] = ofApp;
  const nowMs = performance.now();
  if (ofApp.size >= work.maxOfOneApp && oldest !== undefined && nowMs - oldest.sinceMs >= work.longMs)
    return false;
  const run = { sinceMs: nowMs };
  running.set(app, ofApp.add(run));
  try {
    await handling();
    return true;
  } finally {
    ofApp.delete(run);
    if (ofApp.size === 0) running.delete(app);
  }
}

async function handleRecord(consuming: Consuming, record: StreamRecord, isReturned: boolean): Promise<void> {
  if (record.kind === 'unreadable')
    throw new RocketError('INTERNAL_ERROR', `The event cannot be read: ${record.reason}`);
  const told = toldEvent(record);
  const placed = told === null ? null : await concernedApp(consuming, record, told);
  if (placed !== null) await consuming.work.handle(placed, record, isReturned);
}

/** Null for an event that does not concern the work, or whose app is none any more. */
async function concernedApp(
  { shards, refresh, work }: Consuming,
  record: StreamRecord,
  told: ToldEvent,
): Promise<PlacedModel | null> {
  let placed = await shards.model(told.app);
  if (placed === null || placed.placement.epoch < told.epoch) {
    await refresh();
    placed = await shards.model(told.app);
  }
  if (placed === null || !work.concerns(placed.model, record)) return null;
  const { apps, placement } = placed;
  return (await wasToldBy(() => apps.database(placement).primary, record, placement.epoch)) ? placed : null;
}

/** For administrators. */
function causeText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
