/**
 * The contract of the event bus: one log of messages that many processes write, read in order, and share the work of.
 * `createInProcessBus` and `openNatsBus` keep it.
 */
import type { SettingDifference } from './nats/stream/setting-difference.ts';

export interface OutgoingMessage {
  /** Begins with `rocket.`; see `subjects.ts` for its form. */
  readonly subject: string;
  readonly payload: string;
  /** A second message with the id of one that was stored in the last ten minutes is not stored again. */
  readonly id: string;
}

export interface StreamMessage {
  readonly subject: string;
  readonly payload: string;
  /** Null when it was published by something else than this bus. */
  readonly id: string | null;
  /** From 1, growing with each stored message of any subject; a filter makes positions jump. */
  readonly position: number;
  /** Unix time in ms, by the clock of whoever stores. */
  readonly storedAtMs: number;
}

/**
 * - `unavailable`: nothing is known about the message. It may be stored, now or a little later; publish it again with
 *   the same id.
 * - `refused`: it is not stored, as the log is full. Publish it again later.
 * - `too_large`: it was not sent, and never can be.
 */
export type PublishFailure = 'unavailable' | 'refused' | 'too_large';

export type PublishOutcome =
  | {
      readonly ok: true;
      /** Where the message is; for a duplicate, where the first one is. */
      readonly position: number;
      readonly isDuplicate: boolean;
    }
  | { readonly ok: false; readonly reason: PublishFailure; readonly error: Error };

export type FollowStart =
  /**
   * Everything after a position; 0 is before the first message there ever was. With the id that the message at the
   * position had, another message in its place is noticed.
   */
  | { readonly kind: 'after'; readonly position: number; readonly id?: string }
  /** What is stored from the first `onCaughtUp` on, and perhaps a little that is stored before it. */
  | { readonly kind: 'new' }
  /** The last message of each subject in order of position, then everything new. */
  | { readonly kind: 'last_per_subject' };

/**
 * - `expired`: messages after the position were removed, by age or for want of room. Whether any of the subject was
 *   among them cannot be told.
 * - `rewound`: the log is not the one that was followed: an older copy of it was restored, or it was made anew.
 * - `failed`: one of the callbacks threw; what it threw is logged.
 */
export type FollowLoss = 'expired' | 'rewound' | 'failed';

export interface FollowOptions {
  /** Subject, in which `*` stands for one token and a last `>` for one or more. */
  readonly subject: string;
  readonly from: FollowStart;
  /** Called in order, once for each message, never before `follow` has returned. */
  readonly onMessage: (message: StreamMessage) => void;
  /**
   * Everything of this subject up to `position`, which is at least the last one that was stored when the follow or the
   * last connection began, has been delivered. Alternates with `onCut`.
   */
  readonly onCaughtUp?: (position: number) => void;
  /** Messages may be missing from now on, until `onCaughtUp`. The follower goes on by itself. */
  readonly onCut?: () => void;
  /** The follower has ended. Nothing was delivered from a log that is not the one it followed. */
  readonly onLost: (reason: FollowLoss) => void;
}

export interface Follower {
  /** The last position that is known to be delivered; where another follower can go on `after`. */
  readonly position: number;
  /** No callback is called afterwards. */
  close(): void;
}

export interface Delivery extends StreamMessage {
  /** 1 at the first time. See {@link ConsumeOptions.maxTries}. */
  readonly tries: number;
  /** The work goes on; without it and its automatic form the message is given to somebody else after `ackWaitMs`. */
  progress(): void;
}

export interface ConsumeOptions {
  /** Letters, digits, `-` and `_`. All who consume under one name, in any process, share the messages. */
  readonly name: string;
  readonly subject: string;
  /**
   * Resolves when the effect is stored: the message is done. With `delayMs` it comes back after that time, and that is
   * no try. A rejection brings it back after `retryDelayMs(tries)`. The same message can come again after a
   * success, as the end of the work may not become known, so effects have to be idempotent.
   */
  readonly handle: (delivery: Delivery) => Promise<{ readonly delayMs: number } | undefined>;
  /** Most messages that are handled at once here. */
  readonly maxInFlight: number;
  /** How long a message of a process that died is held back. */
  readonly ackWaitMs: number;
  /**
   * A rejection at this try, or a later one, is the last. Returns for `delayMs` are left out of the count by the process
   * that asked for them; others that share the name do not know of them and count them. Those of a process that died
   * always count.
   */
  readonly maxTries: number;
  readonly retryDelayMs: (tries: number) => number;
  /** Puts a message aside that failed for the last time. A rejection brings the message back later. */
  readonly dead: (message: StreamMessage, cause: unknown) => Promise<void>;
}

export interface Consumer {
  /**
   * Resolves when consuming has begun, which waits for as long as the bus is down.
   * @throws RocketError `CONFLICT` when the name belongs to a consumer of another subject or kind. Nothing is consumed
   *   then; the error is also logged.
   */
  readonly ready: Promise<void>;
  /**
   * Takes no message any more, gives back at once those that wait here, waits up to `graceMs` for the running handlers,
   * and then gives back theirs.
   */
  close(graceMs: number): Promise<void>;
}

export type BusState =
  | { readonly kind: 'up'; readonly sinceMs: number }
  | { readonly kind: 'down'; readonly sinceMs: number; readonly reason: string };

export interface StreamRange {
  /** Position of the oldest message; one more than `last` when there is none. */
  readonly first: number;
  /** Position of the newest message, 0 when there never was one. */
  readonly last: number;
  /** Unix time in ms; null when there never was a message. */
  readonly lastStoredAtMs: number | null;
}

/** For people who want to know how the log is. */
export interface StreamDescription extends StreamRange {
  readonly messages: number;
  /** What they take up where they are kept. */
  readonly bytes: number;
  /** Settings that are not as this process wants them. */
  readonly differences: readonly SettingDifference[];
}

/** What the bus can tell of a consumer; messages that were put aside are done for it. */
export interface ConsumerStatus {
  readonly name: string;
  /** Messages that nobody was given yet. */
  readonly waiting: number;
  /** Given out and not done; those that will come back after a delay are among them. */
  readonly handling: number;
  /** Of these, the ones that were given out more than once. */
  readonly redelivered: number;
}

export interface EventBus {
  /** Whether what is published is there after this process has ended. */
  readonly outlivesProcess: boolean;
  /**
   * Sends all at once, in order; one outcome for each message, in the same order, within a bounded time. Never rejects.
   * After a failure, later messages of the same call may still be stored: what must not overtake another is published
   * when that one is stored.
   * @throws RangeError at once when a subject has a wrong form
   */
  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]>;
  /**
   * Resolves when no message up to `position` depends on this process any more. Until then the caller keeps its own copy.
   * @throws RocketError `EVENTS_UNAVAILABLE` when the bus is closed before
   */
  durable(position: number): Promise<void>;
  follow(options: FollowOptions): Follower;
  /** A new name begins with the oldest message there is. */
  consume(options: ConsumeOptions): Consumer;
  /** Null when there is none, any more or yet. @throws RocketError `EVENTS_UNAVAILABLE` */
  messageAt(position: number): Promise<StreamMessage | null>;
  /** @throws RocketError `EVENTS_UNAVAILABLE` */
  range(): Promise<StreamRange>;
  /** @throws RocketError `EVENTS_UNAVAILABLE` */
  describe(): Promise<StreamDescription>;
  /** By name. @throws RocketError `EVENTS_UNAVAILABLE` */
  consumers(): Promise<readonly ConsumerStatus[]>;
  state(): BusState;
  /** Calls `listener`, which must not throw, at each change; returns what ends that. */
  onState(listener: (state: BusState) => void): () => void;
  /** Ends followers and connections. Close consumers before, or what they hold comes back after `ackWaitMs` only. */
  close(): Promise<void>;
}
