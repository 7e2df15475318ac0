/** The durable consumer of workflows: every event of every app comes to one of the workers, until it has been handled. */
import type { Consumer, DeadLetters, Delivery, EventBus, Logger } from '@rocket/platform';
import {
  type AppName,
  RocketError,
  readStream,
  type StreamRecord,
  WORKFLOWS_CONSUMER,
  WORKFLOWS_CONSUMPTION,
} from '@rocket/schema';
import { type ToldEvent, toldEvent, wasToldBy } from './told-event.ts';
import type { WorkerShards } from './worker-shards.ts';
import { concernsWorkflows, handleEvent } from './workflows/handle-event.ts';
import { isOutage } from './workflows/step-failure.ts';
import type { WorkflowApp } from './workflows/workflow-app.ts';

const MAX_IN_FLIGHT = 64;
const MAX_TRIES = 8;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 30_000;
/** Of one app, so that steps that take long leave room for those of others. */
const MAX_OF_ONE_APP = 24;
const BUSY_DELAY_MS = 50;
/** While the app's database, its shard or the stream cannot be used. */
const OUTAGE_DELAY_MS = 500;
/** An event of a newer version of the product waits for a worker of that version. */
const NEWER_DELAY_MS = 5_000;

export interface EventParts {
  readonly bus: EventBus;
  readonly shards: WorkerShards;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  /** Reads the catalog anew. */
  readonly refresh: () => Promise<unknown>;
  readonly logger: Logger;
}

export function consumeEvents(parts: EventParts): Consumer {
  const { bus, deadLetters, logger } = parts;
  const running = new Map<AppName, number>();
  return bus.consume({
    ...WORKFLOWS_CONSUMPTION,
    handle: (delivery) => handle({ ...parts, running }, delivery),
    maxInFlight: MAX_IN_FLIGHT,
    maxTries: MAX_TRIES,
    retryDelayMs: (tries) => Math.min(FIRST_RETRY_MS * 2 ** tries, MAX_RETRY_MS),
    dead: async (message, cause) => {
      const app = toldEvent(readStream(message.payload))?.app ?? null;
      const { id: messageId, subject, payload, position } = message;
      const letter = { app, messageId, subject, payload, position, cause: causeText(cause) };
      await deadLetters.add({ consumer: WORKFLOWS_CONSUMER, ...letter });
      logger.error({ err: cause, app, subject: message.subject }, 'an event was put aside as dead');
    },
  });
}

type Handled = { readonly delayMs: number } | undefined;

async function handle(
  parts: EventParts & { readonly running: Map<AppName, number> },
  delivery: Delivery,
): Promise<Handled> {
  const record = readStream(delivery.payload);
  if (record.kind === 'unreadable') {
    if (record.fault === 'newer') return { delayMs: NEWER_DELAY_MS };
    throw new RocketError('INTERNAL_ERROR', `The event cannot be read: ${record.reason}`);
  }
  const told = toldEvent(record);
  if (told === null) return undefined;
  const { running } = parts;
  const ofApp = running.get(told.app) ?? 0;
  if (ofApp >= MAX_OF_ONE_APP) return { delayMs: BUSY_DELAY_MS };
  running.set(told.app, ofApp + 1);
  try {
    return await handleTold(parts, record, told);
  } finally {
    const left = (running.get(told.app) ?? 1) - 1;
    if (left === 0) running.delete(told.app);
    else running.set(told.app, left);
  }
}

async function handleTold(parts: EventParts, record: StreamRecord, told: ToldEvent): Promise<Handled> {
  try {
    const app = await concernedApp(parts, record, told);
    if (app !== null) await handleEvent(app, record);
    return undefined;
  } catch (error) {
    if (!isOutage(error)) throw error;
    parts.logger.debug({ err: error, app: told.app }, 'an event cannot be handled at the moment');
    return { delayMs: OUTAGE_DELAY_MS };
  }
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
  return (await wasToldBy(app, told, placed.placement.epoch)) ? app : null;
}

/** For administrators. */
function causeText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
