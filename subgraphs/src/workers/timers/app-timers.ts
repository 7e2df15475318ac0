/**
 * The timers of one app in this process: it sleeps until the next is due, and fires what is. Others may do the same; who
 * comes first fires a timer.
 */
import { createSlots, type Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { DueTimer } from './timer-sql.ts';
import { createWakeTimer } from './wake-timer.ts';

/** Where the timers are. */
export interface TimerSource {
  due(limit: number): Promise<readonly DueTimer[]>;
  /** Null when there is none; negative when one is due. */
  msUntilNext(): Promise<number | null>;
  /** Whether it was this call that fired it. */
  fire(timer: DueTimer): Promise<boolean>;
  /** One that could not be fired is due again after so many ms. */
  postpone(timer: DueTimer, ms: number): Promise<void>;
}

export interface AppTimers {
  /** A timer is due in so many ms, by the clock of the database. */
  wakeIn(ms: number): void;
  /** Nothing is fired afterwards; waits for what is being fired. */
  close(): Promise<void>;
}

/** Read together: few enough that another process finds others, many enough that reading costs little of each. */
const BATCH = 256;
/** Of one app, so that others have their turn. */
const MAX_AT_ONCE = 8;
/** After a round in which others fired what was due, or nothing could be fired. */
const MIN_PAUSE_MS = 20;
const MAX_PAUSE_MS = 5_000;
/** So that timers which cannot be fired do not keep others from it. */
const POSTPONE_MS = 5_000;

export function createAppTimers(source: TimerSource, logger: Logger): AppTimers {
  return new Timers(source, logger);
}

class Timers implements AppTimers {
  readonly #source: TimerSource;
  readonly #logger: Logger;
  readonly #slots = createSlots(MAX_AT_ONCE);
  readonly #timer = createWakeTimer(() => this.#wake());
  #running: Promise<void> | null = null;
  /** It woke while it ran, perhaps after it was read what comes next. */
  #wokeMeanwhile = false;
  #pauseMs = MIN_PAUSE_MS;
  #isClosed = false;

  constructor(source: TimerSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  wakeIn(ms: number): void {
    this.#timer.wakeIn(ms);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.close();
    await this.#running;
  }

  #wake(): void {
    this.#wokeMeanwhile = this.#running !== null;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#wokeMeanwhile) this.wakeIn(0);
    });
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed && (await this.#round()));
      const ms = this.#isClosed ? null : await this.#source.msUntilNext();
      if (ms !== null) this.wakeIn(ms > 0 ? ms : this.#pause());
    } catch (err) {
      // An app that moves is asked again where it is then.
      const isMoving = err instanceof RocketError && (err.code === 'NOT_READY' || err.code === 'WRONG_EPOCH');
      this.#logger[isMoving ? 'debug' : 'warn']({ err }, 'timers of the app cannot be fired at the moment');
      this.wakeIn(this.#pause());
    }
  }

  /** Whether there may be more to do at once. */
  async #round(): Promise<boolean> {
    const due = await this.#source.due(BATCH);
    // Others may have read the same ones.
    const shuffled = due.map((timer) => ({ timer, place: Math.random() })).sort((a, b) => a.place - b.place);
    const fired = await Promise.all(shuffled.map(({ timer }) => this.#slots.run(() => this.#fire(timer))));
    if (!fired.includes(true)) return false;
    this.#pauseMs = MIN_PAUSE_MS;
    return due.length === BATCH;
  }

  async #fire(timer: DueTimer): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      return await this.#source.fire(timer);
    } catch (err) {
      this.#logger.warn({ err, timer: timer.id }, 'a timer could not be fired; once more later');
      await this.#source.postpone(timer, POSTPONE_MS);
      return false;
    }
  }

  #pause(): number {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    return pauseMs;
  }
}
