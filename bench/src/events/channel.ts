/** A way from whoever makes a change to whoever is told of it: the product's, with one bus or another, or a bare one. */

export interface ChannelStatus {
  /** Events that are committed and not on their way yet. */
  readonly waiting: number;
  /** Age of the oldest of them. */
  readonly oldestMs: number;
  /** Since the channel was opened. */
  readonly published: number;
  /** SQL statements so far; null where nothing counts them. */
  readonly statements: number | null;
}

export interface Channel {
  /** False where nothing that is written is ever published. */
  readonly publishes: boolean;
  /** Makes so many changes in one transaction. Resolves with the key of the first one when its answer is there. */
  write(events: number): Promise<string>;
  status(): Promise<ChannelStatus>;
  /** Calls `onEvent` with the key of each change from now on. Resolves, with what ends that, when it has begun. */
  follow(onEvent: (key: string) => void): Promise<() => void>;
  /** Unix time in ms, with its fraction, at which each of the changes was made. */
  madeAt(keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
