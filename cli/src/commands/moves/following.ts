import { RocketError } from '@rocket/schema';
import { isWaiting, type Move } from '../../output/moves/move-text.ts';
import type { MoveView } from '../../output/moves/move-views.ts';
import type { MoveSource } from './move-source.ts';
import type { MovesClock } from './moves-clock.ts';

const RETRY_MS = 500;
const TICK_MS = 1_000;
/** The stream tells of moves in progress; which ones are over is also asked, should their end have been missed. */
const ASK_MS = 5_000;
const LOST_AFTER_MS = 60_000;
const UNTAKEN_AFTER_MS = 10_000;

export interface FollowingOptions {
  /** As they were recorded. */
  readonly moves: readonly Move[];
  readonly source: MoveSource;
  readonly view: MoveView;
  readonly clock: MovesClock;
  readonly stopping: AbortSignal;
}

/** Moves that are followed until all are over, over all the connections that it takes. */
export class Following {
  readonly #options: FollowingOptions;
  readonly #states = new Map<string, Move>();
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #lostAtMs: number | null = null;
  #untakenSinceMs: number | null = null;
  #hasToldUntaken = false;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.stopping, this.#over.signal]);
  }

  /** @returns the moves as they ended, in the order given. @throws when `stopping` aborts, or the server stays away */
  async run(): Promise<readonly Move[]> {
    const { moves, view } = this.#options;
    for (const move of moves) this.#take(move);
    const besides = Promise.all([
      this.#every(TICK_MS, async () => this.#tick()),
      this.#every(ASK_MS, () => this.#ask()),
    ]);
    try {
      while (!this.#isOver()) await this.#attempt();
    } finally {
      this.#over.abort();
      await besides;
      view.end();
    }
    return [...this.#states.values()];
  }

  /** One connection. */
  async #attempt(): Promise<void> {
    const { source, clock, stopping } = this.#options;
    try {
      for await (const move of source.changes(this.#onlyId(), this.#signal)) {
        this.#arrive();
        if (this.#states.has(move.id)) this.#take(move);
        if (this.#isOver()) return;
      }
      await this.#ask();
      if (this.#isOver()) return;
      this.#leave(new RocketError('NOT_READY', 'The server has ended the subscription'));
    } catch (error) {
      if (this.#isOver()) return;
      if (stopping.aborted || !mayPass(error)) throw error;
      this.#leave(error);
    }
    await clock.sleep(RETRY_MS, stopping);
  }

  #onlyId(): string | null {
    const [first, ...others] = this.#states.keys();
    return first !== undefined && others.length === 0 ? first : null;
  }

  #take(move: Move): void {
    const former = this.#states.get(move.id);
    // A reconnected stream begins with what is known; an answer that was slow may be older than the end.
    if (former !== undefined && (former.isOver || isSame(former, move))) return;
    this.#states.set(move.id, move);
    this.#options.view.update(move);
    if (this.#isOver()) this.#over.abort();
  }

  #isOver(): boolean {
    return this.#states.values().every(({ isOver }) => isOver);
  }

  #arrive(): void {
    if (this.#lostAtMs !== null) this.#options.view.remark('The server answers again.');
    this.#lostAtMs = null;
  }

  /** @throws RocketError when the server has been away for too long */
  #leave(error: RocketError): void {
    const { view, clock } = this.#options;
    if (this.#lostAtMs === null) {
      this.#lostAtMs = clock.nowMs();
      view.remark(`${error.message}. What was begun goes on; the server is asked again until it answers.`);
    } else if (clock.nowMs() - this.#lostAtMs >= LOST_AFTER_MS) {
      const seconds = LOST_AFTER_MS / 1_000;
      throw new RocketError('NOT_READY', `No server has answered for ${seconds} s: ${error.message}`, {
        cause: error,
        details: {
          hint: 'what was begun goes on as soon as it can: `rocket app moves --follow` shows it again',
        },
      });
    }
  }

  /** Until all is over. */
  async #every(ms: number, act: () => Promise<void>): Promise<void> {
    try {
      while (!this.#signal.aborted) {
        await this.#options.clock.sleep(ms, this.#signal);
        await act();
      }
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  /** A server that is away is noticed by the stream, so a question that fails is asked again later. */
  async #ask(): Promise<void> {
    const asked = new Map([...this.#states].filter(([, { isOver }]) => !isOver));
    const answer = await this.#options.source.states([...asked.keys()], this.#signal).catch(() => null);
    if (answer === null) return;
    const found = new Map(answer.map((move) => [move.id, move]));
    for (const [id, before] of asked) {
      // Where the stream was faster, the answer is the older one.
      if (this.#states.get(id) === before) this.#take(found.get(id) ?? forgotten(before));
    }
  }

  #tick(): void {
    const { view, clock } = this.#options;
    view.tick();
    const isUntaken = this.#states.values().every((move) => move.isOver || isWaiting(move));
    if (!isUntaken) this.#untakenSinceMs = null;
    else this.#untakenSinceMs ??= clock.nowMs();
    if (this.#hasToldUntaken || this.#untakenSinceMs === null) return;
    if (clock.nowMs() - this.#untakenSinceMs < UNTAKEN_AFTER_MS) return;
    this.#hasToldUntaken = true;
    view.remark('No worker takes it: `rocket worker` must run (in `rocket start` there is one).');
  }
}

/** The catalog forgets a move with its app. */
function forgotten(move: Move): Move {
  return {
    ...move,
    isOver: true,
    phase: 'failed',
    problem: 'the move is not known any more; was the app removed?',
  };
}

/** A token that has expired may have been renewed where it comes from. */
function mayPass(error: unknown): error is RocketError {
  return error instanceof RocketError && (error.retryable || error.code === 'UNAUTHENTICATED');
}

function isSame(former: Move, move: Move): boolean {
  return JSON.stringify(Object.entries(former).sort()) === JSON.stringify(Object.entries(move).sort());
}
