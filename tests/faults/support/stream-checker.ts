/**
 * Compares what a follower knows with the database. A row that a query returned was committed before it returned; from
 * then on a follower whose age is less than the time since must have been told of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createEventFollower, createLogger, type EventBus, type StreamMessage } from '@rocket/platform';
import type { ChangeEvent } from '@rocket/schema';
import { HeardEvents } from './heard-events.ts';
import type { Installation } from './installation.ts';
import type { Acknowledged } from './writer.ts';

const LOOK_MS = 20;
const KNOW_MS = 10;
/** Committed after everything else. */
const OF_NO_ACCOUNT = Number.POSITIVE_INFINITY;
/** Ids are drawn a little before the commit, so that lower ones can come later. */
const LATE_IDS = 3_000;

export interface StreamChecker {
  /** Moments at which the app was known up to a time before which something was committed that was not told. */
  readonly wrong: readonly string[];
  readonly isSure: boolean;
  /** Times in ms during which the app was not sure, since the last call of this. */
  takeUnsure(): readonly number[];
  readonly resets: number;
  /** Ids of events that are on the stream at more than one position. */
  readonly repeated: readonly string[];
  /** The newest event of a record. */
  newest(key: string): ChangeEvent | undefined;
  /** How many changes that are in the database now were not told. */
  untold(): Promise<number>;
  /** Everything that does not fit between database, stream and acknowledged writes. */
  faults(acknowledged: readonly Acknowledged[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function startChecker(installation: Installation): Promise<StreamChecker> {
  return new Checker(installation, await installation.openBus());
}

class Checker implements StreamChecker {
  readonly wrong: string[] = [];
  resets = 0;
  readonly #installation: Installation;
  readonly #bus: EventBus;
  readonly #heard = new HeardEvents();
  /** Rows that were not told, with the time by which they were committed. */
  readonly #untold = new Map<string, number>();
  /** It has started afresh and knows nothing yet: what is committed until then it need not be told. */
  #isFresh = false;
  #freshUntilMs = 0;
  #highest = 0n;
  #unsure: number[] = [];
  #unsureSinceMs: number | null = null;
  #isClosed = false;
  readonly #follower;
  readonly #looking: Promise<void>;
  readonly #timer: NodeJS.Timeout;

  constructor(installation: Installation, bus: EventBus) {
    this.#installation = installation;
    this.#bus = bus;
    this.#follower = createEventFollower({
      bus,
      logger: createLogger({ level: 'silent', name: 'checker' }),
      from: { position: 0 },
      onRecord: (_, message) => this.#hear(message),
      onReset: () => {
        this.resets += 1;
        this.#isFresh = true;
        this.#heard.forget();
        for (const id of this.#untold.keys()) this.#untold.set(id, OF_NO_ACCOUNT);
      },
    });
    this.#timer = setInterval(() => this.#know(), KNOW_MS);
    this.#looking = this.#look();
  }

  get isSure(): boolean {
    return this.#follower.app(this.#installation.app).sure;
  }

  takeUnsure(): readonly number[] {
    const taken = this.#unsure;
    this.#unsure = [];
    return taken;
  }

  newest(key: string): ChangeEvent | undefined {
    return this.#heard.newest(key);
  }

  async untold(): Promise<number> {
    const untold = await this.#rowsNotIn(this.#heard.ids);
    if (untold === 0 || this.resets === 0) return untold;
    // Who starts afresh has missed what was published until then.
    return await this.#rowsNotIn(await this.#readAll());
  }

  async #rowsNotIn(told: ReadonlySet<string>): Promise<number> {
    const rows = await this.#installation.outside.query({ text: 'SELECT id::text FROM _outbox', values: [] });
    return rows.filter(([id]) => !told.has(String(id))).length;
  }

  async faults(acknowledged: readonly Acknowledged[]): Promise<readonly string[]> {
    const onStream = await this.#readAll();
    const untold = await this.#rowsNotIn(onStream);
    const notes = await this.#installation.outside.query({
      text: 'SELECT id::text, title FROM notes',
      values: [],
    });
    const stored = new Map(notes.map(([id, title]) => [String(id), String(title)]));
    const differing = [...stored].filter(([id, title]) => {
      const newest = this.#heard.newest(id);
      return newest?.omitted !== true && newest?.record?.['title'] !== title;
    });
    const missing = acknowledged.filter(({ id }) => !stored.has(id));
    const titles = new Set(stored.values());
    const lost = acknowledged.filter(({ title }) => !titles.has(title) && !this.#heard.has(title));
    return [
      ...(untold > 0 ? [`${untold} changes are not on the stream`] : []),
      ...differing.map(([id, title]) => `the newest event of ${id} is not that of ${title}`),
      ...missing.map(({ id }) => `${id} was acknowledged and is not there`),
      ...lost.map(({ title }) => `${title} was acknowledged and never told`),
      ...this.wrong,
    ];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#follower.close();
    await this.#looking;
    await this.#bus.close();
  }

  get repeated(): readonly string[] {
    return this.#heard.repeated;
  }

  #hear(message: StreamMessage): void {
    const id = this.#heard.hear(message);
    if (id !== null) this.#untold.delete(id);
  }

  #know(): void {
    const { sure, ageMs } = this.#follower.app(this.#installation.app);
    const nowMs = performance.now();
    if (this.#isFresh && Number.isFinite(ageMs)) {
      this.#isFresh = false;
      this.#freshUntilMs = nowMs;
    }
    if (sure && this.#unsureSinceMs !== null) {
      this.#unsure.push(Math.round(nowMs - this.#unsureSinceMs));
      this.#unsureSinceMs = null;
    } else if (!sure) this.#unsureSinceMs ??= nowMs;
    for (const [id, committedMs] of this.#untold) {
      if (committedMs >= nowMs - ageMs) continue;
      this.#untold.set(id, OF_NO_ACCOUNT);
      this.wrong.push(
        `event ${id} was not told ${Math.round(nowMs - committedMs)} ms after its commit, at age ${Math.round(ageMs)}`,
      );
    }
  }

  async #look(): Promise<void> {
    while (!this.#isClosed) {
      const beganMs = performance.now();
      const after = (this.#highest - BigInt(LATE_IDS)).toString();
      const text = 'SELECT id::text FROM _outbox WHERE id > $1::bigint';
      const rows = await this.#installation.outside.query({ text, values: [after], prepare: true });
      const committedMs = performance.now();
      for (const [value] of rows) {
        const id = String(value);
        if (BigInt(id) > this.#highest) this.#highest = BigInt(id);
        if (this.#heard.ids.has(id) || this.#untold.has(id)) continue;
        const isOld = this.#isFresh || beganMs <= this.#freshUntilMs;
        this.#untold.set(id, isOld ? OF_NO_ACCOUNT : committedMs);
      }
      await sleep(LOOK_MS);
    }
  }

  /** The ids of all changes that are on the stream now. */
  async #readAll(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    const caughtUp = Promise.withResolvers<void>();
    const follower = this.#bus.follow({
      subject: 'rocket.ev.>',
      from: { kind: 'after', position: Math.max(0, (await this.#bus.range()).first - 1) },
      onMessage: (message) => {
        const id = this.#heard.hear(message);
        if (id !== null) ids.add(id);
      },
      onCaughtUp: () => caughtUp.resolve(),
      onLost: (reason) => caughtUp.reject(new Error(`The stream was ${reason}`)),
    });
    await caughtUp.promise;
    follower.close();
    return ids;
  }
}
