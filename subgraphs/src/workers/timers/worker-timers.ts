/**
 * The timers of all apps in a worker process. That one was set is told with the change of its instance, which every worker
 * follows, so a timer fires on time whichever of them goes away. Databases are asked when a worker starts, and when it may
 * have missed something.
 */
import { type EventBus, type Follower, type FollowLoss, type Logger, within } from '@rocket/platform';
import { type AppName, changeSubject, readStream, WORKFLOW_INSTANCE } from '@rocket/schema';
import { type AppTimers, createAppTimers, type TimerSource } from './app-timers.ts';

const FOLLOW_AGAIN_MS = 1_000;

export interface WorkerTimersOptions {
  readonly bus: EventBus;
  readonly logger: Logger;
  /** Apps that may have timers: all of them, or those whose timers the catalog has changed since they were asked. */
  readonly apps: (which: 'all' | 'changed') => readonly AppName[];
  readonly source: (app: AppName) => TimerSource;
  /** In how many ms an instance wakes, from its record; null where it has no timer. */
  readonly wakeOf: (record: Readonly<Record<string, unknown>>) => number | null;
}

export interface WorkerTimers {
  wakeIn(app: AppName, ms: number): void;
  /** Apps may have timers that this process has not heard of; see {@link WorkerTimersOptions.apps}. */
  ask(which: 'all' | 'changed'): void;
  /** Nothing is fired any more; waits for what is being fired, so long at most. */
  close(graceMs: number): Promise<void>;
}

export function createWorkerTimers(options: WorkerTimersOptions): WorkerTimers {
  return new Timers(options);
}

class Timers implements WorkerTimers {
  readonly #options: WorkerTimersOptions;
  readonly #apps = new Map<AppName, AppTimers>();
  #follower: Follower;
  #followAgain: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: WorkerTimersOptions) {
    this.#options = options;
    this.#follower = this.#follow();
  }

  wakeIn(app: AppName, ms: number): void {
    if (!this.#isClosed) this.#timersOf(app).wakeIn(ms);
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#followAgain !== null) clearTimeout(this.#followAgain);
    this.#follower.close();
    const closing = Promise.all([...this.#apps.values()].map((timers) => timers.close()));
    // What takes longer is rolled back with its database.
    await within(graceMs, closing, () => undefined);
  }

  #timersOf(app: AppName): AppTimers {
    const known = this.#apps.get(app);
    if (known !== undefined) return known;
    const made = createAppTimers(this.#options.source(app), this.#options.logger.child({ app }));
    this.#apps.set(app, made);
    return made;
  }

  #follow(): Follower {
    const { bus } = this.#options;
    return bus.follow({
      subject: changeSubject({ entity: WORKFLOW_INSTANCE }),
      from: { kind: 'new' },
      onMessage: ({ payload }) => this.#told(payload),
      onCaughtUp: () => this.ask('all'),
      onLost: (reason) => this.#lost(reason),
    });
  }

  #told(payload: string): void {
    const record = readStream(payload);
    if (record.kind !== 'change') return;
    const { app, record: values, omitted } = record.event;
    const ms = values === null ? (omitted ? 0 : null) : this.#options.wakeOf(values);
    if (ms !== null) this.wakeIn(app, ms);
  }

  #lost(reason: FollowLoss): void {
    const { logger } = this.#options;
    logger.warn({ reason }, 'the changes of workflows are followed anew');
    if (this.#isClosed) return;
    this.#followAgain = setTimeout(() => {
      this.#follower = this.#follow();
    }, FOLLOW_AGAIN_MS);
  }

  ask(which: 'all' | 'changed'): void {
    for (const app of this.#options.apps(which)) this.wakeIn(app, 0);
  }
}
