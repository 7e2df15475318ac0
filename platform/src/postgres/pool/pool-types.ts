import type { ConnectionOptions } from '../wire/connection.ts';
import type { ConnectionBudget } from './connection-budget.ts';

export interface ConnectionPoolOptions extends ConnectionOptions {
  readonly max: number;
  /** Callers that may wait while all connections are in use; the next one is refused at once. */
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly budget: ConnectionBudget | null;
  /** Called with the error when an idle connection breaks. */
  readonly onConnectionLost: (error: unknown) => void;
  /** Called with the time that each caller has waited. */
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
