/** The durable consumer of workflows: every event of every app comes to one of the workers, until it has been handled. */
import {
  beforeDeadline,
  type Consumer,
  type DeadLetters,
  type Delivery,
  type EventBus,
  type Logger,
} from '@rocket/platform';
import {
  type AppName,
  RocketError,
  readStream,
  type StreamRecord,
  WORKFLOWS_CONSUMER,
  WORKFLOWS_CONSUMPTION,
} from '@rocket/schema';
import { createReturnedEvents, type ReturnDelay, type ReturnedEvents } from './returned-events.ts';
import { type ToldEvent, toldEvent, wasToldBy } from './told-event.ts';
import type { WorkerShards } from './worker-shards.ts';
import { concernsWorkflows, handleEvent } from './workflows/handle-event.ts';
import { isOutage } from './workflows/steps/step-failure.ts';
import type { WorkflowApp } from './workflows/workflow-app.ts';

const MAX_IN_FLIGHT = 64;
/** Of one app, so that steps that take long leave room for those of others. */
const MAX_OF_ONE_APP = 24;
const BUSY: ReturnDelay = { firstMs: 50, maxMs: 5_000 };
/** While the app's database, its shard or the stream cannot be used, or somebody else has the instance. */
const OUTAGE: ReturnDelay = { firstMs: 100, maxMs: 30_000 };
/** An event of a newer version of the product waits for a worker of that version. */
const NEWER: ReturnDelay = { firstMs: 1_000, maxMs: 30_000 };
const FAILED: ReturnDelay = { firstMs: 400, maxMs: 30_000 };
/**
 * Longer than a step and the note that it has failed take: whatever hangs must not keep its place for ever. What hangs goes on,
 * and may do so beside who tries again.
 */
const MAX_HANDLING_MS = 150_000;
/** An event that fails so often in one worker is dead. */
const MAX_FAILURES = 5;

export interface EventParts {
  readonly bus: EventBus;
  readonly shards: WorkerShards;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  /** Reads the catalog anew. */
  readonly refresh: () => Promise<unknown>;
  readonly logger: Logger;
}

/** What a consumer remembers from one event to the next. */
interface Memory {
  /** How many events of each app are being handled. */
  readonly running: Map<AppName, number>;
  readonly returned: ReturnedEvents;
}

export function consumeEvents(parts: EventParts): Consumer {
  const { bus, deadLetters, logger } = parts;
  const memory: Memory = { running: new Map(), returned: createReturnedEvents() };
  return bus.consume({
    ...WORKFLOWS_CONSUMPTION,
    handle: (delivery) => handle(parts, memory, delivery),
    maxInFlight: MAX_IN_FLIGHT,
    // Failures are counted here: the server counts each return, also those that are no failure.
    maxTries: 1,
    retryDelayMs: () => FAILED.maxMs,
    dead: async (message, cause) => {
      const app = toldEvent(readStream(message.payload))?.app ?? null;
      const { id: messageId, subject, payload, position } = message;
      const letter = { app, messageId, subject, payload, position, cause: causeText(cause) };
      await deadLetters.add({ consumer: WORKFLOWS_CONSUMER, ...letter });
      memory.returned.done(position);
      logger.error({ err: cause, app, subject: message.subject }, 'an event was put aside as dead');
    },
  });
}

type Handled = { readonly delayMs: number } | undefined;

async function handle(parts: EventParts, memory: Memory, delivery: Delivery): Promise<Handled> {
  const { position, subject } = delivery;
  const { returned } = memory;
  const record = readStream(delivery.payload);
  const back = (delay: ReturnDelay) => ({ delayMs: returned.postponed(position, delay) });
  if (record.kind === 'unreadable' && record.fault === 'newer') return back(NEWER);
  try {
    const isBusy = !(await inTurn(memory.running, record, () =>
      beforeDeadline(Date.now() + MAX_HANDLING_MS, handleRecord(parts, record)),
    ));
    if (isBusy) return back(BUSY);
    returned.done(position);
    return undefined;
  } catch (error) {
    if (isOutage(error)) {
      parts.logger.debug({ err: error, subject }, 'an event cannot be handled at the moment');
      return back(OUTAGE);
    }
    // What cannot be read is dead at once, as no further try would read it.
    if (record.kind === 'unreadable' || returned.failed(position) >= MAX_FAILURES) throw error;
    parts.logger.warn({ err: error, subject }, 'an event could not be handled; once more');
    return back(FAILED);
  }
}

/** False, and nothing is done, when too many events of the app are being handled. */
async function inTurn(
  running: Map<AppName, number>,
  record: StreamRecord,
  work: () => Promise<void>,
): Promise<boolean> {
  const app = toldEvent(record)?.app;
  if (app === undefined) return await work().then(() => true);
  const ofApp = running.get(app) ?? 0;
  if (ofApp >= MAX_OF_ONE_APP) return false;
  running.set(app, ofApp + 1);
  try {
    await work();
    return true;
  } finally {
    const left = (running.get(app) ?? 1) - 1;
    if (left === 0) running.delete(app);
    else running.set(app, left);
  }
}

async function handleRecord(parts: EventParts, record: StreamRecord): Promise<void> {
  if (record.kind === 'unreadable')
    throw new RocketError('INTERNAL_ERROR', `The event cannot be read: ${record.reason}`);
  const told = toldEvent(record);
  const app = told === null ? null : await concernedApp(parts, record, told);
  if (app !== null) await handleEvent(app, record);
}

/** Null for an event that has nothing to do with workflows, or whose app is none any more. */
async function concernedApp(
  { shards, refresh }: Pick<EventParts, 'shards' | 'refresh'>,
  record: StreamRecord,
  told: ToldEvent,
): Promise<WorkflowApp | null> {
  let placed = await shards.model(told.app);
  if (placed === null || placed.placement.epoch < told.epoch) {
    await refresh();
    placed = await shards.model(told.app);
  }
  if (placed === null || !concernsWorkflows(placed.model, record)) return null;
  const app = shards.open(placed);
  return (await wasToldBy(app, record, placed.placement.epoch)) ? app : null;
}

/** For administrators. */
function causeText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
