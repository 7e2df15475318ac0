import type { Database } from '@rocket/platform';
import {
  type Delivery,
  selectWaiting,
  takeDue,
  takenDelivery,
  toWaiting,
} from '../../../webhooks/delivery-sql.ts';

const QUERY_MS = 10_000;

/** The deliveries to an endpoint that are stored. */
export interface StoredSource {
  /** Takes some that are due; nobody else does for a while. */
  take(limit: number): Promise<readonly Delivery[]>;
  /** In how many ms the next one is due; null when there is none. */
  msUntilNext(): Promise<number | null>;
}

export function createStoredSource(database: Database, endpointId: string): StoredSource {
  const limits = () => ({ deadlineAtMs: Date.now() + QUERY_MS });
  return {
    take: async (limit) => (await database.query(takeDue(endpointId, limit), limits())).map(takenDelivery),
    msUntilNext: async () => {
      const [row] = await database.query(selectWaiting(endpointId), limits());
      return row === undefined ? null : toWaiting(row).inMs;
    },
  };
}
