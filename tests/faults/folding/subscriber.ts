/** Subscribes, folds what it is told, and comes back with its last cursor, as a partner's client does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../support/checked/checked-state.ts';
import type { Chance } from '../support/checked/seeded-random.ts';
import { type Ending, followChanges, type Transport } from './change-connection.ts';
import { FoldedChanges, type FoldedView } from './folded-changes.ts';
import { subscriptionTo } from './told-change.ts';

export interface SubscriberOptions extends FoldedView {
  /** Says in reports who it is. */
  readonly name: string;
  readonly transport: Transport;
  readonly token: string | null;
  readonly id: string | null;
  readonly where: unknown;
  readonly coalesce: boolean;
  /** What there is when it begins; null to be told by a snapshot. */
  readonly first: ReadonlyMap<string, Row> | null;
  readonly chance: Chance;
  /** URLs of the graph at each gateway. */
  readonly urls: readonly string[];
  /** Whether a connection to the gateway can have been cut off at this moment. */
  readonly mayCut: (gateway: number) => boolean;
}

/**
 * Errors and closes after which a subscriber comes back, as documented; after the first one anew. Nothing that happens
 * here makes a subscription that was valid another one.
 */
const RESYNC = 'RESYNC_REQUIRED';
const RETRYABLE: ReadonlySet<string> = new Set([
  ...[RESYNC, 'SUBSCRIBER_TOO_SLOW', 'SHARD_UNAVAILABLE', 'EVENTS_UNAVAILABLE', 'NOT_READY'],
  // Restart, not ready, too slow.
  ...['1012', '1013', '4441'],
]);
const MAX_STAY_MS = 2_000;
const MAX_AWAY_MS = 1_500;
const RETRY_MS = 100;

export class Subscriber {
  readonly name: string;
  readonly folded: FoldedChanges;
  /** How its connections ended, with how often. */
  readonly endings = new Map<string, number>();
  told = 0;
  /** Times that it was told to begin anew. */
  resyncs = 0;
  readonly #options: SubscriberOptions;
  readonly #unexpected: string[] = [];
  readonly #left = new AbortController();
  readonly #ended: Promise<void>;
  #cursor: string | null = null;
  #wantsSnapshot: boolean;
  #isRestless = false;
  #stay = new AbortController();

  constructor(options: SubscriberOptions) {
    this.name = options.name;
    this.#options = options;
    this.folded = new FoldedChanges(options, options.first ?? new Map());
    this.#wantsSnapshot = options.first === null;
    this.#ended = this.#run().catch((error: unknown) => {
      this.#unexpected.push(`goes on no more: ${String(error)}`);
    });
  }

  get wrong(): readonly string[] {
    return [...this.folded.wrong, ...this.#unexpected];
  }

  /** From now on it leaves and comes back all the time. */
  roam(): void {
    this.#isRestless = true;
    this.#leaveSoon();
  }

  /** From now on it leaves no more by itself. */
  settle(): void {
    this.#isRestless = false;
  }

  async stop(): Promise<void> {
    this.#left.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { chance } = this.#options;
    const { signal } = this.#left;
    while (!signal.aborted) {
      const gateway = chance.below(this.#options.urls.length);
      this.#stay = new AbortController();
      if (this.#isRestless) this.#leaveSoon();
      this.#judge(await this.#follow(gateway, AbortSignal.any([signal, this.#stay.signal])), gateway);
      if (signal.aborted) break;
      await sleep(this.#isRestless ? chance.below(MAX_AWAY_MS) : RETRY_MS);
    }
  }

  #leaveSoon(): void {
    const stay = this.#stay;
    setTimeout(() => {
      if (this.#isRestless) stay.abort();
    }, this.#options.chance.below(MAX_STAY_MS));
  }

  #follow(gateway: number, left: AbortSignal): Promise<Ending> {
    const { transport, token, table, operations, id, where, coalesce, chance, urls } = this.#options;
    // Without a cursor nothing says from where it could go on.
    const isFirst = this.#cursor === null && this.endings.size === 0;
    if (this.#cursor === null && !isFirst) this.#beginAnew();
    const byHeader = transport === 'events' && chance.isIn(0.5);
    const after = byHeader ? null : this.#cursor;
    return followChanges(
      {
        ...{ transport, token, url: urls[gateway] ?? '', query: subscriptionTo(table) },
        variables: { id, where, operations, after, coalesce, snapshot: this.#wantsSnapshot },
        lastEventId: byHeader ? this.#cursor : null,
      },
      left,
      (told) => {
        this.told += 1;
        this.folded.take(told);
        this.#cursor = told.cursor;
      },
    );
  }

  #beginAnew(): void {
    this.#cursor = null;
    this.#wantsSnapshot = true;
    this.folded.beginAnew();
  }

  #judge(ending: Ending, gateway: number): void {
    const text = ending.kind === 'code' ? ending.code : ending.kind;
    this.endings.set(text, (this.endings.get(text) ?? 0) + 1);
    if (!isExpected(ending, this.#options.mayCut(gateway)))
      this.#unexpected.push(`ended at gateway ${gateway} with ${JSON.stringify(ending)}`);
    if (text === RESYNC) {
      this.resyncs += 1;
      this.#beginAnew();
    }
  }
}

export function isExpected(ending: Ending, mayCut: boolean): boolean {
  switch (ending.kind) {
    case 'left':
      return true;
    case 'code':
      return RETRYABLE.has(ending.code);
    case 'cut':
      return mayCut;
    case 'silence':
      return false;
  }
}
