import type { ConnectionOptions } from '../wire/connection.ts';
import type { ConnectionBudget } from './connection-budget.ts';

export interface ConnectionPoolOptions extends ConnectionOptions {
  readonly max: number;
  /** Callers that may wait while all connections are in use; the next one is refused at once. */
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly budget: ConnectionBudget | null;
  /** Hears of idle connections that broke. */
  readonly onConnectionLost: (error: unknown) => void;
  /** Hears how long each caller has waited. */
  readonly onAcquired: (waitedMs: number) => void;
  readonly onRefused: () => void;
}

/** What a pool is doing now, for metrics. */
export interface PoolStatus {
  readonly open: number;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}
