/** Random writes, and subscribers of all kinds who fold what they are told of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../harness/until.ts';
import { NOBODY, type Row, Sight, type State } from '../support/checked/checked-state.ts';
import { APPS, CheckedWrites, ROLES } from '../support/checked/checked-writes.ts';
import { type Chance, seededChance } from '../support/checked/seeded-random.ts';
import type { WriteLane } from '../support/checked/write-lane.ts';
import type { FoldingInstallation } from './folding-installation.ts';
import { Subscriber } from './subscriber.ts';
import { castSubscribers, type SubscriberKind } from './subscriber-kinds.ts';
import { ASKED } from './told-change.ts';

export interface Outcome {
  readonly figures: Readonly<Record<string, unknown>> & { readonly resyncs: number };
  readonly wrong: readonly string[];
}

/** Records that there are when subscribers come, about. */
const FIRST_WRITES = 20;
const SETTLE_MS = 30_000;
const LOOK_MS = 100;
/** What is told too much comes by then. */
const QUIET_MS = 300;

interface Known {
  readonly kind: SubscriberKind;
  readonly subscriber: Subscriber;
}

export class FoldingLoad {
  readonly #installation: FoldingInstallation;
  readonly #writes: CheckedWrites;
  readonly #subscribers: readonly Known[];
  #lanes: readonly WriteLane[] = [];

  private constructor(
    installation: FoldingInstallation,
    writes: CheckedWrites,
    subscribers: readonly Known[],
  ) {
    this.#installation = installation;
    this.#writes = writes;
    this.#subscribers = subscribers;
  }

  /** With some records, and subscribers who follow them. */
  static async open(installation: FoldingInstallation, seed: number): Promise<FoldingLoad> {
    const chance = seededChance(seed);
    const writes = new CheckedWrites(installation, chance);
    await writes.begin(FIRST_WRITES);
    const signedIn = Object.entries(ROLES).map(([name, roles]) => installation.reader(name, roles));
    const readers = [installation.admin, NOBODY, ...(await Promise.all(signedIn))];
    const state = await stateOf(installation);
    const kinds = castSubscribers({ readers, chance, pools: writes.pools });
    const subscribers = kinds.map((kind) => ({
      kind,
      subscriber: subscribe({ kind, installation, chance, state }),
    }));
    // Who is told no snapshot has to be there before the first write.
    const faults = () =>
      subscribers.flatMap(({ subscriber: { name, wrong } }) => wrong.map((one) => `${name} ${one}`));
    await until(
      async () => faults().length > 0 || (await installation.openSubscriptions()) === subscribers.length,
    );
    if (faults().length > 0) throw new Error(faults().join('\n'));
    return new FoldingLoad(installation, writes, subscribers);
  }

  start(): void {
    this.#lanes = this.#writes.start();
    for (const { kind, subscriber } of this.#subscribers) if (kind.isRestless) subscriber.roam();
  }

  /** Ends the writes, and waits until everybody knows what they may see, or has had the time for it. */
  async settle(): Promise<Outcome> {
    for (const { subscriber } of this.#subscribers) subscriber.settle();
    for (const lane of this.#lanes) await lane.stop();
    const state = await stateOf(this.#installation);
    const startMs = performance.now();
    const isSettled = () => this.#differences(state).length === 0;
    while (!isSettled() && performance.now() - startMs < SETTLE_MS) await sleep(LOOK_MS);
    const settledMs = Math.round(performance.now() - startMs);
    await sleep(QUIET_MS);
    const wrong = [
      ...this.#differences(state),
      ...this.#subscribers.flatMap(({ subscriber: { name, wrong } }) => wrong.map((one) => `${name} ${one}`)),
      ...(await this.#writes.differences()),
    ];
    return { wrong, figures: { settledMs, ...this.#figures() } };
  }

  async stop(): Promise<void> {
    for (const lane of this.#lanes) await lane.stop();
    await Promise.all(this.#subscribers.map(({ subscriber }) => subscriber.stop()));
  }

  #differences(state: State): readonly string[] {
    return this.#subscribers.flatMap(({ kind, subscriber }) =>
      subscriber.folded
        .differences(rowsOf(kind, state))
        .map((difference) => `${kind.name} has folded ${difference}`),
    );
  }

  #figures(): Outcome['figures'] {
    const all = this.#subscribers.map(({ subscriber }) => subscriber);
    const endings = new Map<string, number>();
    for (const subscriber of all)
      for (const [code, times] of subscriber.endings) endings.set(code, (endings.get(code) ?? 0) + times);
    return {
      subscribers: all.length,
      told: all.reduce((total, { told }) => total + told, 0),
      writes: this.#lanes.reduce((total, { made }) => total + made, 0),
      resyncs: all.reduce((total, { resyncs }) => total + resyncs, 0),
      endings: Object.fromEntries(endings),
      refused: this.#lanes.flatMap(({ refused }) => [...refused]),
    };
  }
}

interface Subscribing {
  readonly kind: SubscriberKind;
  readonly installation: FoldingInstallation;
  readonly chance: Chance;
  readonly state: State;
}

function subscribe({ kind, installation, chance, state }: Subscribing): Subscriber {
  const { app } = ASKED[kind.table];
  return new Subscriber({
    ...{ ...kind, token: kind.reader.tokens?.[app] ?? null, urls: installation.urls(app) },
    ...{ chance: seededChance(chance.below(2 ** 32)), mayCut: installation.mayCut },
    first: kind.hasSnapshot ? null : rowsOf(kind, state),
  });
}

function rowsOf({ reader, table, sees }: SubscriberKind, state: State): ReadonlyMap<string, Row> {
  return new Map(new Sight(state, reader).all(table, sees).map((row) => [row.id, row]));
}

async function stateOf(installation: FoldingInstallation): Promise<State> {
  const [crm, shop] = await Promise.all(APPS.map((app) => installation.read(app)));
  if (crm === undefined || shop === undefined) throw new Error('Both apps have a state');
  return { ...crm, order: shop.order, item: shop.item };
}
