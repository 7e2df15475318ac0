/** The webhooks of all apps in a worker process: events are sent on, and so is what is stored of them when it is due. */
import { type CatalogView, createSlots, type EventBus, type Follower, type Logger } from '@rocket/platform';
import {
  type AppName,
  concernsWebhooks,
  DUE_SUBJECTS,
  readStream,
  WEBHOOKS_CONSUMPTION,
  webhookUses,
} from '@rocket/schema';
import type { WebhookCaller } from '../../webhooks/webhook-caller.ts';
import type { EventWork } from '../consume-events.ts';
import type { PlacedModel, WorkerShards } from '../worker-shards.ts';
import { type AppDeliveries, createAppDeliveries } from './app-deliveries.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';

const FOLLOW_AGAIN_MS = 1_000;
/** Databases that are looked at at once. */
const MAX_LOOKED_AT_ONCE = 4;
const LOOK_AGAIN_MS = 5_000;

export interface WorkerWebhooks {
  readonly work: EventWork;
  /** Apps may have changed: those that are new to this process are looked at. */
  changed(): void;
  /** Nothing is taken any more. */
  close(graceMs: number): Promise<void>;
}

export interface WorkerWebhooksOptions {
  readonly bus: EventBus;
  readonly shards: WorkerShards;
  readonly view: Pick<CatalogView, 'current'>;
  readonly webhooks: WebhookCaller;
  readonly settings: DeliverySettings;
  readonly metrics: WebhookMetrics;
  readonly logger: Logger;
}

export function createWorkerWebhooks(options: WorkerWebhooksOptions): WorkerWebhooks {
  return new Webhooks(options);
}

interface Kept {
  /** Where its database is. */
  readonly place: string;
  readonly deliveries: AppDeliveries;
}

class Webhooks implements WorkerWebhooks {
  readonly work: EventWork;
  readonly #options: WorkerWebhooksOptions;
  readonly #kept = new Map<AppName, Kept>();
  readonly #closing = new Set<Promise<void>>();
  readonly #slots = createSlots(MAX_LOOKED_AT_ONCE);
  /** By which document and at which place an app was looked at, and whether it has anything to do with webhooks. */
  readonly #looked = new Map<AppName, { readonly version: string; readonly isConcerned: boolean }>();
  #follower: Follower;
  #followAgain: NodeJS.Timeout | undefined;
  #lookAgain: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WorkerWebhooksOptions) {
    this.#options = options;
    this.work = {
      consumption: WEBHOOKS_CONSUMPTION,
      maxInFlight: 1_024,
      maxOfOneApp: 256,
      longMs: 2_000,
      concerns: concernsWebhooks,
      handle: async (placed, record, isReturned) =>
        await this.#open(placed).deliver(placed.model, record, isReturned),
    };
    this.#follower = this.#follow();
  }

  changed(): void {
    this.#lookAtAll('changed');
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#followAgain);
    clearTimeout(this.#lookAgain);
    this.#follower.close();
    const kept = [...this.#kept.values()].map(({ deliveries }) => deliveries.close(graceMs));
    await Promise.all([...kept, ...this.#closing]);
  }

  #open({ placement, apps }: PlacedModel): AppDeliveries {
    const { app, shard, epoch } = placement;
    const place = `${shard}@${epoch}`;
    const known = this.#kept.get(app);
    if (known?.place === place) return known.deliveries;
    if (known !== undefined) this.#drop(known.deliveries);
    const { bus, webhooks, settings, metrics } = this.#options;
    const deliveries = createAppDeliveries({
      ...{ app, bus, webhooks, settings, metrics, logger: this.#options.logger.child({ app }) },
      database: apps.database(placement).primary,
    });
    this.#kept.set(app, { place, deliveries });
    return deliveries;
  }

  /** The app is elsewhere, or is another one of its name. */
  #drop(deliveries: AppDeliveries): void {
    const closing = deliveries
      .close(0)
      .catch((err: unknown) =>
        this.#options.logger.warn({ err }, 'deliveries of a former place could not be ended'),
      )
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #follow(): Follower {
    return this.#options.bus.follow({
      subject: DUE_SUBJECTS,
      from: { kind: 'new' },
      onMessage: ({ payload }) => {
        const record = readStream(payload);
        if (record.kind === 'due') this.#told(record.app, record.inMs);
      },
      // Some may have been told while nobody followed.
      onCaughtUp: () => this.#lookAtAll('all'),
      onLost: (reason) => {
        this.#options.logger.warn({ reason }, 'what is due is followed anew');
        if (this.#isClosed) return;
        this.#followAgain = setTimeout(() => {
          this.#follower = this.#follow();
        }, FOLLOW_AGAIN_MS);
      },
    });
  }

  #told(app: AppName, inMs: number): void {
    const kept = this.#kept.get(app);
    if (kept === undefined || kept.place !== this.#placeOf(app)) void this.#lookAt(app);
    else kept.deliveries.lookIn(inMs);
  }

  #lookAtAll(which: 'all' | 'changed'): void {
    const { placements } = this.#options.view.current.shardMap;
    for (const app of this.#looked.keys()) if (!placements.has(app)) this.#forget(app);
    for (const app of placements.keys()) {
      const known = this.#looked.get(app);
      const isKnown = known?.version === this.#versionOf(app);
      if (isKnown && (which === 'changed' || !known.isConcerned)) continue;
      void this.#slots.run(() => this.#lookAt(app));
    }
  }

  async #lookAt(app: AppName): Promise<void> {
    if (this.#isClosed) return;
    const version = this.#versionOf(app);
    try {
      const placed = await this.#options.shards.model(app);
      if (placed === null || this.#isClosed) return;
      const deliveries = this.#open(placed);
      const isConcerned = (await deliveries.look()) || webhookUses(placed.model).length > 0;
      if (isConcerned) deliveries.tend();
      this.#looked.set(app, { version, isConcerned });
    } catch (err) {
      this.#options.logger.debug({ err, app }, 'the webhooks of an app cannot be looked at; later once more');
      this.#looked.delete(app);
      this.#lookLater();
    }
  }

  #forget(app: AppName): void {
    this.#looked.delete(app);
    const kept = this.#kept.get(app);
    this.#kept.delete(app);
    if (kept !== undefined) this.#drop(kept.deliveries);
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#lookAgain);
    this.#lookAgain = setTimeout(() => this.changed(), LOOK_AGAIN_MS);
  }

  #placeOf(app: AppName): string {
    const placement = this.#options.view.current.shardMap.placements.get(app);
    return `${placement?.shard}@${placement?.epoch}`;
  }

  #versionOf(app: AppName): string {
    return `${this.#placeOf(app)}:${this.#options.view.current.apps.get(app)?.activeRevision}`;
  }
}
