/** What the product has stored of the deliveries of an app, and what it has not done yet. */
import { WEBHOOKS_CONSUMER } from '@rocket/schema';
import type { JetStreamManager } from 'nats';
import { z } from 'zod';
import { ROCKET_STREAM } from '../events/rocket-stream.ts';
import type { BenchApp } from '../sides/worker-world.ts';

const COUNT = `SELECT count(*)::int, count(*) FILTER (WHERE status = 'delivered')::int,
  count(*) FILTER (WHERE status = 'pending')::int FROM _webhook_deliveries`;
const SELECT_SECRETS = 'SELECT url, secret FROM _webhook_endpoints';
/** A delivery of each item that has one, and when the item was committed, in Unix time in ms. */
const SELECT_COMMITTED = `SELECT d.id::text, (extract(epoch FROM pg_xact_commit_timestamp(i.xmin)) * 1000)::float8
  FROM batches b JOIN items i ON i.batch_id = b.id JOIN _webhook_deliveries d ON d.record_key = i.id::text
  WHERE b.label = $1 AND i.lane <> $2::int`;

export interface Stored {
  readonly all: number;
  readonly delivered: number;
  /** Not sent yet. */
  readonly pending: number;
}

export async function stored({ database }: BenchApp): Promise<Stored> {
  const [row] = await database.query({ text: COUNT, values: [] });
  const [all, delivered, pending] = z.tuple([z.number(), z.number(), z.number()]).parse(row);
  return { all, delivered, pending };
}

/** By the addresses of its receivers. */
export async function secretsOf({ database }: BenchApp): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query({ text: SELECT_SECRETS, values: [] });
  return new Map(rows.map((row) => z.tuple([z.string(), z.string()]).parse(row)));
}

/** When what was written under a label was committed, by the ids of the deliveries; without those of one lane. */
export async function committed(
  { database }: BenchApp,
  { label, without }: { label: string; without: number },
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.query({ text: SELECT_COMMITTED, values: [label, without] });
  return new Map(rows.map((row) => z.tuple([z.string(), z.number()]).parse(row)));
}

/** Events that no worker has been done with. */
export async function unacknowledged(manager: JetStreamManager): Promise<number> {
  const { num_pending, num_ack_pending } = await manager.consumers.info(ROCKET_STREAM, WEBHOOKS_CONSUMER);
  return num_pending + num_ack_pending;
}
