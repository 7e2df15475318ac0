import { subjectMatcher } from '../../../src/events/subjects.ts';
import type { FollowOptions, StreamMessage } from '../../../src/index.ts';
import { type Chance, SLOW_MESSAGE_MS } from './chance.ts';

/** What one follower of a simulated stream gets, late, and with gaps in time. */
export class SimulatedFeed {
  readonly #messages: readonly StreamMessage[];
  readonly #options: FollowOptions;
  readonly #chance: Chance;
  readonly #matches: (subject: string) => boolean;
  /** The last messages of each subject that are still to come. */
  #before: StreamMessage[] = [];
  /** Index of what comes next; null before the beginning. */
  #next: number | null = null;
  #target = 0;
  #isCaughtUp = false;
  /** Of what has been scheduled, only that of the present connection happens. */
  #connection = 0;
  /** Something is scheduled, or there is no connection. */
  #isBusy = true;

  constructor(messages: readonly StreamMessage[], options: FollowOptions, chance: Chance) {
    this.#messages = messages;
    this.#options = options;
    this.#chance = chance;
    this.#matches = subjectMatcher(options.subject);
    this.#attach();
  }

  /** There may be something to deliver. */
  pump(): void {
    const at = this.#next;
    if (this.#isBusy || at === null) return;
    if (this.#isCaughtUp && this.#before.length === 0 && at >= this.#messages.length) return;
    this.#isBusy = true;
    const storedAt = this.#messages[at]?.storedAtMs ?? performance.now();
    this.#later(storedAt + this.#chance.delay(SLOW_MESSAGE_MS) - performance.now(), () => this.#step(at));
  }

  cut(forMs: number): void {
    this.#connection += 1;
    this.#isBusy = true;
    if (this.#isCaughtUp) this.#options.onCut?.();
    this.#isCaughtUp = false;
    this.#later(forMs, () => this.#attach());
  }

  close(): void {
    this.#connection += 1;
    this.#isBusy = true;
  }

  #later(ms: number, run: () => void): void {
    const connection = this.#connection;
    setTimeout(() => connection === this.#connection && run(), Math.max(0, ms));
  }

  #attach(): void {
    this.#later(this.#chance.delay(SLOW_MESSAGE_MS), () => {
      if (this.#next === null) this.#begin();
      this.#target = this.#messages.length;
      this.#isBusy = false;
      this.pump();
    });
  }

  #begin(): void {
    this.#next = this.#messages.length;
    if (this.#options.from.kind !== 'last_per_subject') return;
    const wanted = this.#messages.filter(({ subject }) => this.#matches(subject));
    const last = new Map(wanted.map((message) => [message.subject, message]));
    this.#before = [...last.values()].sort((a, b) => a.position - b.position);
  }

  #step(at: number): void {
    this.#isBusy = false;
    const old = this.#before.shift();
    if (old !== undefined) {
      this.#options.onMessage(old);
    } else if (!this.#isCaughtUp && at >= this.#target) {
      this.#isCaughtUp = true;
      this.#options.onCaughtUp?.(this.#target);
    } else {
      this.#next = at + 1;
      const message = this.#messages[at];
      if (message !== undefined && this.#matches(message.subject)) this.#options.onMessage(message);
    }
    this.pump();
  }
}
