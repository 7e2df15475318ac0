/** A move that this process has: its record, its lease, and how far it is. */
import type { Logger, MoveChange, MoveLease, MoveProgress, MoveRecord, Moves } from '@rocket/platform';
import { isMoveDecided, type MovePhase, writesWait } from '@rocket/schema';
import { MoverReplaced } from './barrier/write-barrier.ts';

/** Whoever is silent for so long is taken for dead. */
export const LEASE_SECONDS = 5;
/** The same while writes wait. */
const HOLDING_LEASE_SECONDS = 2;
const RENEWAL_MS = 500;
const CHECK_MS = 100;

/** It is not to go on: asked for by somebody, or not possible. The app stays where it is. */
export class MoveGivenUp extends Error {
  override readonly name = 'MoveGivenUp';
  readonly phase: 'aborted' | 'failed';

  constructor(phase: 'aborted' | 'failed', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.phase = phase;
  }
}

/** This process stops; another one goes on. */
export class MoverStops extends Error {
  override readonly name = 'MoverStops';
}

export class HeldMove {
  readonly logger: Logger;
  /** Since when its writes wait, by `performance.now()`, where this process has begun that. */
  heldSinceMs: number | null = null;
  #record: MoveRecord;
  #progress: Partial<MoveProgress>;
  readonly #moves: Moves;
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> = Promise.resolve();
  #isLost = false;
  #isStopping = false;

  constructor(record: MoveRecord, moves: Moves, logger: Logger) {
    this.#record = record;
    this.#progress = record.progress;
    this.#moves = moves;
    this.logger = logger;
    this.#timer = setInterval(() => {
      this.#renewing = this.#renew();
    }, RENEWAL_MS);
    this.#timer.unref();
  }

  get record(): MoveRecord {
    return this.#record;
  }

  /** Of the catalog, and of what is done in databases. */
  get lease(): MoveLease {
    return { move: this.#record.id, term: this.#record.term };
  }

  get progress(): Partial<MoveProgress> {
    return this.#progress;
  }

  /** Told with the next renewal. */
  tell(progress: Partial<MoveProgress>): void {
    this.#progress = { ...this.#progress, ...progress };
  }

  /** Records the next step, before it is begun. */
  async advance(change: MoveChange): Promise<void> {
    if (change.phase !== this.#record.phase) this.tell({ detail: null });
    const known = { leaseSeconds: leaseOf(change.phase), progress: this.#progress };
    this.#record = await this.#moves.advance(this.lease, { ...known, ...change });
    const { app, source, target, phase } = this.#record;
    const facts = { app, from: source.shard, to: target.shard, phase, note: change.note };
    this.logger.info(facts, 'a move of an app is a step further');
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Called wherever a step can be left. @throws MoverReplaced, MoverStops, MoveGivenUp */
  check(): void {
    if (this.#isLost) throw new MoverReplaced('Somebody else has the move');
    if (this.#isStopping) throw new MoverStops('The mover stops');
    const { abortReason, phase } = this.#record;
    if (abortReason === null || isMoveDecided(phase) || phase === 'undoing') return;
    throw new MoveGivenUp('aborted', abortReason);
  }

  /** Asks the catalog, before something that cannot be undone and that no database refuses. @throws MoverReplaced */
  async require(): Promise<void> {
    const record = await this.#moves.renew(this.lease, this.#progress, LEASE_SECONDS);
    if (record === null) throw new MoverReplaced('Somebody else has the move');
  }

  /** Runs a step that may take long, and ends it where it can be left. @throws as `check` does */
  async checking<T>(step: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const leaving = new AbortController();
    const timer = setInterval(() => {
      try {
        this.check();
      } catch (error) {
        leaving.abort(error);
      }
    }, CHECK_MS);
    return await step(leaving.signal).finally(() => clearInterval(timer));
  }

  /** @param againInSeconds nobody takes it before */
  async giveBack(againInSeconds: number): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    if (!this.#isLost) await this.#renew();
    if (!this.#isLost) await this.#moves.giveBack(this.lease, againInSeconds);
  }

  async #renew(): Promise<void> {
    const { term } = this.#record;
    try {
      const record = await this.#moves.renew(this.lease, this.#progress, leaseOf(this.#record.phase));
      if (record === null) this.#isLost = true;
      // A step that was recorded meanwhile is newer.
      else if (record.term === term) this.#record = { ...this.#record, abortReason: record.abortReason };
    } catch (err) {
      // What is done in the databases is refused there as soon as somebody else takes over.
      this.logger.warn({ err, app: this.#record.app }, 'the lease of a move could not be renewed');
    }
  }
}

function leaseOf(phase: MovePhase): number {
  return writesWait(phase) ? HOLDING_LEASE_SECONDS : LEASE_SECONDS;
}
