import type { Follower, FollowLoss } from '../event-bus.ts';
import { subjectMatcher } from '../subjects.ts';
import { type OwnedFollowOptions, tellLoss, tellOwner } from '../tell-owner.ts';
import type { MessageLog } from './message-log.ts';

/** So many messages are looked at in one turn of the event loop. */
const TURN = 500;

export class LogFollower implements Follower {
  readonly #log: MessageLog;
  readonly #options: OwnedFollowOptions;
  readonly #matches: (subject: string) => boolean;
  readonly #target: number;
  /** What remains of the last messages of each subject, newest first. */
  readonly #snapshot: number[];
  #position: number;
  #scheduled = false;
  #closed = false;
  #caughtUp = false;

  constructor(log: MessageLog, options: OwnedFollowOptions) {
    const { from, subject } = options;
    this.#log = log;
    this.#options = options;
    this.#matches = subjectMatcher(subject);
    this.#target = log.last;
    this.#snapshot = from.kind === 'last_per_subject' ? log.lastPerSubject(this.#matches).toReversed() : [];
    this.#position = from.kind === 'after' ? from.position : log.last;
    this.#schedule(() => this.#begin());
  }

  get position(): number {
    const next = this.#snapshot.at(-1);
    return next === undefined ? this.#position : next - 1;
  }

  /** There are new messages. */
  wake(): void {
    this.#schedule(() => this.#run());
  }

  close(): void {
    this.#closed = true;
    this.#options.onEnd();
  }

  #schedule(work: () => void): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) work();
    });
  }

  #begin(): void {
    const { from } = this.#options;
    const loss = from.kind === 'after' ? lossAt(this.#log, from) : null;
    if (loss === null) this.#run();
    else this.#lose(loss);
  }

  #run(): void {
    let left = TURN;
    while (left > 0 && !this.#closed && this.#step()) left -= 1;
    if (left === 0) this.wake();
  }

  /** Returns whether there was something to do. */
  #step(): boolean {
    const old = this.#snapshot.pop();
    if (old !== undefined) {
      this.#deliver(old);
    } else if (!this.#caughtUp && this.#position >= this.#target) {
      this.#caughtUp = true;
      this.#tell(() => this.#options.onCaughtUp?.(this.#position));
    } else if (this.#position < this.#log.last) {
      const next = this.#position + 1;
      if (next < this.#log.first) this.#lose('expired');
      else if (this.#deliver(next)) this.#position = next;
    } else {
      return false;
    }
    return true;
  }

  /** Returns whether the message is done with. */
  #deliver(at: number): boolean {
    const message = this.#log.at(at);
    if (message === null || !this.#matches(message.subject)) return true;
    return this.#tell(() => this.#options.onMessage(message));
  }

  /** Calls its owner; returns whether that went well. */
  #tell(work: () => void): boolean {
    if (tellOwner(this.#options, this.#position, work)) return true;
    if (!this.#closed) this.#lose('failed');
    return false;
  }

  #lose(reason: FollowLoss): void {
    this.close();
    tellLoss(this.#options, reason);
  }
}

function lossAt(log: MessageLog, from: { position: number; id?: string }): FollowLoss | null {
  if (from.position > log.last) return 'rewound';
  const there = log.at(from.position);
  if (from.id !== undefined && there !== null && there.id !== from.id) return 'rewound';
  return from.position + 1 < log.first ? 'expired' : null;
}
