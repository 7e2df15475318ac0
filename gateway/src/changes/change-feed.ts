/** The contract of the feeds of changes. `createChangeFeeds` keeps it. */
import type { AppName, ChangeEvent, RocketError } from '@rocket/schema';
import type { CommittedBefore } from './last-commit.ts';

/**
 * A place on the stream: everything up to and with `position`. The id of the message there tells whether it is still the
 * same stream; null where it is not known.
 */
export interface StreamPlace {
  readonly position: number;
  readonly id: string | null;
}

export interface FedChange {
  readonly event: ChangeEvent;
  readonly place: StreamPlace;
  /** Of its message on the stream. */
  readonly bytes: number;
  /** A newer change of the same record was on the stream before it. */
  readonly isLate?: boolean;
}

export interface ChangeListener {
  readonly entity: string;
  /** In the order of the stream; must not throw. May join and close listeners, itself too. */
  readonly onChange: (change: FedChange) => void;
  /**
   * The stream cannot be followed any more without a gap. No call afterwards; must not throw.
   * @param error `RESYNC_REQUIRED` with a sentence that names the reason
   */
  readonly onLost: (error: RocketError) => void;
}

export interface ChangePage {
  readonly changes: readonly FedChange[];
  /** Everything up to here was looked at. */
  readonly place: StreamPlace;
}

/** The changes of one app. */
export interface ChangeFeed {
  readonly committed: CommittedBefore;
  /** Whether all changes behind the place are in memory. */
  covers(place: StreamPlace): boolean;
  /** The end of the stream as it is known here: who has no cursor begins behind it. */
  readonly head: StreamPlace;
  /**
   * Calls `onChange` for what is in memory behind the place before it returns, and then for each new one. A place that is
   * not of this stream, and a feed that has ended, is told by `onLost`, perhaps before it returns. A place beyond `head` is
   * waited for: another gateway can be ahead. So whoever has a place from outside calls {@link verify} before.
   * @returns null when the place is older than what is in memory: read pages first
   */
  join(after: StreamPlace, listener: ChangeListener): { close(): void } | null;
  /**
   * Whether a place that came from outside is of this stream. One that is older than what is in memory is not asked about:
   * `read` does that. Asks the stream only where nothing here knows the place, and once for all who ask about it.
   * @throws RocketError `RESYNC_REQUIRED`, `EVENTS_UNAVAILABLE`
   */
  verify(place: StreamPlace): Promise<void>;
  /**
   * The next changes of the entity after the place, shared with others who read about there.
   * @throws RocketError `RESYNC_REQUIRED` (expired, rewound, unreadable), `EVENTS_UNAVAILABLE`
   */
  read(after: StreamPlace, entity: string): Promise<ChangePage>;
}

export interface OpenFeed {
  readonly feed: ChangeFeed;
  /** Further calls do nothing. */
  release(): void;
}

export interface ChangeFeeds {
  /**
   * Resolves once the feed follows the stream. Each open is released once; the feed of an app ends a while after the last.
   * @throws RocketError `EVENTS_UNAVAILABLE` when the stream does not answer in time, or events of the app cannot reach
   *   this process
   */
  open(app: AppName): Promise<OpenFeed>;
  /** Nobody is called any more, and nothing can be opened. */
  close(): void;
}

/**
 * Whether a place is of another stream.
 * @param id of the message that is at its position here; null for a message that has none
 */
export function isOther(place: StreamPlace, id: string | null): boolean {
  return place.id !== null && place.id !== id;
}
