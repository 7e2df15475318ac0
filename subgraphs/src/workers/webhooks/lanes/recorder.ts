/** What became of the deliveries of an app, stored in batches: while one is stored, the next one gathers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, shareRun, type Transaction } from '@rocket/platform';
import { type RequestForm, RocketError } from '@rocket/schema';
import { type Attempt, insertAttempts } from '../../../webhooks/attempt-sql.ts';
import {
  type Delivery,
  type DeliveryState,
  insertDeliveries,
  updateDeliveries,
} from '../../../webhooks/delivery-sql.ts';
import { insertForms } from '../../../webhooks/request-form.ts';
import { isOutage } from '../../workflows/steps/step-failure.ts';

const MAX_BATCH = 500;
/** Of bodies, in characters. */
const MAX_BATCH_LENGTH = 8_000_000;
const STORE_MS = 10_000;
/** For so long a batch is tried again while the database cannot be used. Then it is given up, and its events come back. */
const OUTAGE_MS = 5_000;
const PAUSE_MS = 200;
const PROBE_MS = 2_000;
const PROBE_PAUSE_MS = 1_000;

export interface Entry {
  readonly delivery: Delivery;
  readonly state: DeliveryState;
  /** Null where nothing was sent. */
  readonly attempt: Attempt | null;
  /** The delivery is in the database already, and was taken from there. */
  readonly isStored: boolean;
}

export interface RecorderOptions {
  readonly database: Database;
  /** By its hash. */
  readonly formOf: (hash: string) => RequestForm | null;
  /** Tells all workers that some are due in so many ms. @throws when it cannot be told */
  readonly tell: (inMs: number) => Promise<void>;
}

export interface Recorder {
  /** Resolves when it is stored, and told where others have to know of it. @throws while that cannot be done */
  add(entry: Entry): Promise<void>;
  /** @throws while nothing can be stored, as far as is known: nothing should be sent then */
  ready(): Promise<void>;
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  return new BatchRecorder(options);
}

class BatchRecorder implements Recorder {
  readonly #options: RecorderOptions;
  #waiting: Waiting[] = [];
  #isStoring = false;
  #isOut = false;
  /** Until then it is not asked whether it still is. */
  #outUntilMs = 0;
  readonly #probe = shareRun(() => this.#ask());
  readonly #storedForms = new Set<string>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  add(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (!this.#isStoring) void this.#drain();
    });
  }

  async ready(): Promise<void> {
    if (!this.#isOut) return;
    if (performance.now() < this.#outUntilMs) throw new RocketError('NOT_READY');
    await this.#probe();
  }

  async #ask(): Promise<void> {
    try {
      const limits = { deadlineAtMs: Date.now() + PROBE_MS };
      await this.#options.database.query({ text: 'SELECT 1', values: [] }, limits);
      this.#isOut = false;
    } catch (error) {
      this.#outUntilMs = performance.now() + PROBE_PAUSE_MS;
      throw error;
    }
  }

  async #drain(): Promise<void> {
    this.#isStoring = true;
    // What comes in the same turn of the event loop goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#settle(this.#nextBatch());
    }
    this.#isStoring = false;
  }

  /** One that cannot be stored must not keep the others from it. */
  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#storeInTime(batch.map(({ entry }) => entry));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && !isOutage(error)) for (const each of batch) await this.#settle([each]);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** A statement takes each delivery once: what is said twice of one goes into the next batch. */
  #nextBatch(): Waiting[] {
    const seen = new Set<string>();
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    let length = 0;
    for (const waiting of this.#waiting) {
      const { id, body } = waiting.entry.delivery;
      const hasRoom = batch.length < MAX_BATCH && (length === 0 || length + body.length < MAX_BATCH_LENGTH);
      if (hasRoom && !seen.has(id)) {
        batch.push(waiting);
        length += body.length;
      } else later.push(waiting);
      seen.add(id);
    }
    this.#waiting = later;
    return batch;
  }

  async #storeInTime(entries: readonly Entry[]): Promise<void> {
    const untilMs = performance.now() + OUTAGE_MS;
    for (;;) {
      try {
        await this.#store(entries);
        this.#isOut = false;
        break;
      } catch (error) {
        this.#isOut = isOutage(error);
        if (!this.#isOut || performance.now() > untilMs) throw error;
        await sleep(PAUSE_MS);
      }
    }
    const due = entries.flatMap(({ isStored, state }) =>
      isStored || state.dueInMs === null ? [] : [state.dueInMs],
    );
    // Of those that were stored before, it was told then, and who was told looks until none is left.
    if (due.length > 0) await this.#options.tell(Math.min(...due));
  }

  async #store(entries: readonly Entry[]): Promise<void> {
    const limits = { deadlineAtMs: Date.now() + STORE_MS };
    const made = entries.filter(({ isStored }) => !isStored);
    const forms = this.#newForms(made);
    await this.#options.database.transaction((tx) => storeAll(tx, entries, forms), limits);
    for (const hash of forms.keys()) this.#storedForms.add(hash);
  }

  #newForms(made: readonly Entry[]): ReadonlyMap<string, RequestForm> {
    const hashes = new Set(made.map(({ delivery }) => delivery.form));
    const forms = [...hashes].flatMap((hash) => {
      const form = this.#storedForms.has(hash) ? null : this.#options.formOf(hash);
      return form === null ? [] : [[hash, form] as const];
    });
    return new Map(forms);
  }
}

async function storeAll(
  tx: Transaction,
  entries: readonly Entry[],
  forms: ReadonlyMap<string, RequestForm>,
): Promise<void> {
  const flat = (isStored: boolean) =>
    entries
      .filter((entry) => entry.isStored === isStored)
      .map(({ delivery, state }) => ({ ...delivery, ...state }));
  const made = flat(false);
  const taken = flat(true);
  const attempts = entries.flatMap(({ attempt }) => (attempt === null ? [] : [attempt]));
  if (forms.size > 0) await tx.query(insertForms([...forms.values()]));
  if (made.length > 0) await tx.query(insertDeliveries(made));
  if (taken.length > 0) await tx.query(updateDeliveries(taken));
  if (attempts.length > 0) await tx.query(insertAttempts(attempts));
}

/** Of a delivery that is not stored yet, and was not sent. */
export function unsent(delivery: Delivery, of: Pick<DeliveryState, 'status' | 'dueInMs' | 'error'>): Entry {
  const { claim, tries } = delivery;
  return { delivery, state: { claim, tries, lastStatus: null, ...of }, attempt: null, isStored: false };
}
