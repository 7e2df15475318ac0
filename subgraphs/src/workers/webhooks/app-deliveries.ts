/** The deliveries of one app in this process. */
import { type Database, type EventBus, type Logger, within } from '@rocket/platform';
import {
  type AppModel,
  type AppName,
  matchWebhooks,
  RocketError,
  type StreamRecord,
  type WebhookDelivery,
} from '@rocket/schema';
import { ensureSystemTables } from '../../tables/ensure-system-tables.ts';
import {
  type Delivery,
  selectNewestDelivery,
  selectStoredDeliveries,
  selectWaiting,
  storedDelivery,
  toWaiting,
} from '../../webhooks/delivery-sql.ts';
import { tellDue } from '../../webhooks/tell-due.ts';
import type { WebhookCaller } from '../../webhooks/webhook-caller.ts';
import { createWakeTimer } from '../timers/wake-timer.ts';
import { wholeRecord } from '../whole-record.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import { createEndpointBook } from './endpoint-book.ts';
import { createFormBook } from './form-book.ts';
import { createLaneHealth } from './lanes/lane-health.ts';
import { createLanes } from './lanes/lanes.ts';
import { createLongFlights } from './lanes/long-flights.ts';
import { createRecorder, unsent } from './lanes/recorder.ts';
import { createPruning } from './prune-deliveries.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';

const QUERY_MS = 10_000;
/** Between two looks at what is stored, however often it is told of. */
const LOOK_PAUSE_MS = 250;
const FAILED_LOOK_PAUSE_MS = 2_000;

export interface AppDeliveriesOptions {
  readonly app: AppName;
  readonly database: Database;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly webhooks: WebhookCaller;
  readonly settings: DeliverySettings;
  readonly metrics: WebhookMetrics;
  readonly logger: Logger;
}

export interface AppDeliveries {
  /**
   * Sends what the event asks for, and resolves when it is stored what came of it, or what is to be sent.
   * @param isReturned the event was here before, or elsewhere: what is stored of it is not sent again
   */
  deliver(model: AppModel, record: StreamRecord, isReturned: boolean): Promise<void>;
  /** Stored deliveries are due in so many ms. */
  lookIn(ms: number): void;
  /** Looks at once. Whether anything is stored, to be sent or as the log of what was. */
  look(): Promise<boolean>;
  /** The app has webhooks: what is old is removed now and then. */
  tend(): void;
  /** Gives back what is not sent within that time. */
  close(graceMs: number): Promise<void>;
}

export function createAppDeliveries(options: AppDeliveriesOptions): AppDeliveries {
  return new Deliveries(options);
}

class Deliveries implements AppDeliveries {
  readonly #options: AppDeliveriesOptions;
  readonly #lanes;
  readonly #book;
  readonly #forms;
  readonly #recorder;
  readonly #long;
  readonly #pruning;
  readonly #look = createWakeTimer(() => void this.#lookNow());
  #isPrepared = false;
  /**
   * The id of the newest delivery there was when this began. What is older comes again where the consumer was made anew, as
   * with a stream that was restored.
   */
  #newestBefore = '';
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: AppDeliveriesOptions) {
    this.#options = options;
    const { database, logger, settings } = options;
    this.#book = createEndpointBook(database);
    this.#forms = createFormBook(database);
    this.#recorder = createRecorder({
      database,
      formOf: (hash) => this.#forms.known(hash),
      tell: (inMs) => this.#tell(inMs),
    });
    const [book, forms, recorder] = [this.#book, this.#forms, this.#recorder];
    const health = createLaneHealth({ database, logger, book, ...settings });
    const pruning = createPruning({ database, logger, ...settings });
    const long = createLongFlights({ database, logger, recorder, lanes: () => this.#lanes.all() });
    this.#long = long;
    this.#pruning = pruning;
    this.#lanes = createLanes({
      ...{ ...options, book, forms, recorder, health, timeoutMs: settings.timeoutMs },
      onSent: () => {
        long.watch();
        pruning.begin();
      },
    });
  }

  async deliver(model: AppModel, record: StreamRecord, isReturned: boolean): Promise<void> {
    await this.#prepare();
    await this.#recorder.ready();
    const whole = await wholeRecord(this.#options.database, record);
    const all = matchWebhooks(model, whole);
    const mayBeStored = isReturned || all.some(({ id }) => id <= this.#newestBefore);
    const fresh = mayBeStored && all.length > 0 ? await this.#notStored(all) : all;
    for (const each of await Promise.allSettled(fresh.map((delivery) => this.#offer(delivery))))
      if (each.status === 'rejected') throw each.reason;
  }

  lookIn(ms: number): void {
    const pauseMs = this.#lookedAtMs + LOOK_PAUSE_MS - performance.now();
    this.#look.wakeIn(Math.max(ms, pauseMs));
  }

  tend(): void {
    this.#pruning.begin();
  }

  async close(graceMs: number): Promise<void> {
    this.#look.close();
    this.#pruning.close();
    await within(graceMs, this.#lanes.close(), () => undefined);
    try {
      const [isGivenBack] = await Promise.all([this.#long.giveBack(), this.#lanes.abandon()]);
      if (isGivenBack) await this.#tell(0);
    } catch (err) {
      this.#options.logger.warn({ err }, 'deliveries that are being sent come back when their lease ends');
    }
  }

  /** The app may be of an older version. */
  async #prepare(): Promise<void> {
    if (this.#isPrepared) return;
    const { database } = this.#options;
    await ensureSystemTables(database);
    const [newest] = await database.query(selectNewestDelivery(), limits());
    this.#newestBefore = newest === undefined ? '' : String(newest[0]);
    this.#isPrepared = true;
  }

  async #offer({ url, form, fault, ...rest }: WebhookDelivery): Promise<void> {
    const endpoint = await this.#book.at(url);
    const delivery: Delivery = {
      ...rest,
      ...{ endpointId: endpoint.id, form: this.#forms.hashOf(form), claim: 0, tries: 0 },
    };
    if (fault === null) return await this.#lanes.of(endpoint.id).offer(delivery);
    await this.#recorder.add(unsent(delivery, { status: 'failed', dueInMs: null, error: fault }));
  }

  /** Those that wait are told of once more, as that may have failed. */
  async #notStored(all: readonly WebhookDelivery[]): Promise<readonly WebhookDelivery[]> {
    const rows = await this.#options.database.query(
      selectStoredDeliveries(all.map(({ id }) => id)),
      limits(),
    );
    const stored = rows.map(storedDelivery);
    const due = stored.flatMap(({ dueInMs }) => (dueInMs === null ? [] : [dueInMs]));
    if (due.length > 0) {
      await this.#tell(Math.max(0, Math.min(...due)));
      this.lookIn(0);
    }
    const known = new Set(stored.map(({ id }) => id));
    return all.filter(({ id }) => !known.has(id));
  }

  async look(): Promise<boolean> {
    this.#lookedAtMs = performance.now();
    await this.#prepare();
    const rows = await this.#options.database.query(selectWaiting(null), limits());
    for (const waiting of rows.map(toWaiting)) this.#lanes.of(waiting.id).wakeIn(waiting.inMs);
    return rows.length > 0 || this.#newestBefore !== '';
  }

  async #lookNow(): Promise<void> {
    try {
      await this.look();
    } catch (err) {
      this.#options.logger.warn({ err }, 'deliveries of the app cannot be looked for at the moment');
      this.#look.wakeIn(FAILED_LOOK_PAUSE_MS);
    }
  }

  async #tell(inMs: number): Promise<void> {
    const { app, bus } = this.#options;
    if (!(await tellDue(bus, { app, inMs }))) throw new RocketError('EVENTS_UNAVAILABLE');
  }
}

const limits = () => ({ deadlineAtMs: Date.now() + QUERY_MS });
