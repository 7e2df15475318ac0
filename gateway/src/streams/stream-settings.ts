const KIBIBYTE = 1024;

/** The bounds of streams. Times are in ms. */
export interface StreamSettings {
  /** How long a WebSocket may take until its `connection_init` has come. */
  readonly initWaitMs: number;
  /** Most bytes that a WebSocket may send before its `connection_init` was accepted. */
  readonly maxBytesBeforeAck: number;
  /** How often each WebSocket is pinged; who has not answered by the next time is cut off. */
  readonly pingMs: number;
  /** How often a stream of events on which nothing happens gets a comment, so that nothing between takes it for dead. */
  readonly commentMs: number;
  /** How long one message may take to be taken by the caller's side. */
  readonly sendTimeoutMs: number;
  /** How long a closing WebSocket waits for its peer, and a stop for the streams it has ended. */
  readonly closeTimeoutMs: number;
  /** How long a stop waits for queries and mutations that are being answered. */
  readonly drainMs: number;
  /** A stop asks callers to come back after a time that is chosen at random between 0 and this. */
  readonly reconnectWithinMs: number;
  /** Messages of a WebSocket that are accepted for each second, after so many at once. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Most operations that run at once on a WebSocket, and most bytes of the messages that began them. */
  readonly maxOperationsPerConnection: number;
  readonly maxOperationBytes: number;
  /** For each signed-in user, over all their connections to this process. */
  readonly maxConnectionsPerUser: number;
  readonly maxSubscriptionsPerUser: number;
  /** For all callers without a token at one address. */
  readonly maxConnectionsPerAddress: number;
  readonly maxSubscriptionsPerAddress: number;
  /** Most WebSockets of one address that have not said yet who they are. */
  readonly maxArrivalsPerAddress: number;
}

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  initWaitMs: 10_000,
  maxBytesBeforeAck: 16 * KIBIBYTE,
  pingMs: 12_000,
  commentMs: 10_000,
  sendTimeoutMs: 30_000,
  closeTimeoutMs: 3_000,
  drainMs: 10_000,
  reconnectWithinMs: 5_000,
  // A client that reconnects subscribes to everything at once.
  messagesPerSecond: 200,
  messageBurst: 2_000,
  maxOperationsPerConnection: 1_000,
  maxOperationBytes: 4 * KIBIBYTE * KIBIBYTE,
  maxConnectionsPerUser: 100,
  maxSubscriptionsPerUser: 10_000,
  maxConnectionsPerAddress: 1_000,
  maxSubscriptionsPerAddress: 10_000,
  maxArrivalsPerAddress: 1_000,
};
