/** Webhooks after writes: how many a second are delivered, what a dead receiver does to others, and how a backlog is caught up. */
import { withCleanUp } from '../clean-up.ts';
import type { Arrivals } from './arrivals.ts';
import { type Backlog, backlog } from './backlog.ts';
import { deadEndpoint, type Told } from './dead-endpoint.ts';
import { loopDelivers, workersDeliver } from './throughput.ts';
import { startWebhookWorld } from './webhook-world.ts';

/** Of the two streams of events to ten receivers; `--seconds` makes everything shorter. */
export const TELLING_SECONDS = 10;
/** For each of these seconds. */
const DELIVERIES = 2_000;

export interface Throughput extends Arrivals {
  readonly name: '1 worker' | '2 workers' | 'bare loop';
}

export interface WebhooksResult {
  /** The loop written by hand last. */
  readonly throughput: readonly Throughput[];
  readonly backlog: Backlog;
  readonly telling: readonly Told[];
}

export interface WebhooksOptions {
  /** Of each of the two streams of events. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Null where nats-server is not installed. */
export async function webhooks({ seconds, rounds }: WebhooksOptions): Promise<WebhooksResult | null> {
  return await withCleanUp(async (cleanUp) => {
    const world = await startWebhookWorld(cleanUp);
    if (world === null) return null;
    const deliveries = DELIVERIES * seconds;
    const one = await workersDeliver(world, { name: 'one', workers: 1, deliveries });
    const two = await workersDeliver(world, { name: 'two', workers: 2, deliveries });
    const bare = await loopDelivers(cleanUp, world, { app: one.app, deliveries });
    return {
      throughput: [
        { name: '1 worker', ...one.arrivals },
        { name: '2 workers', ...two.arrivals },
        { name: 'bare loop', ...bare },
      ],
      backlog: await backlog(world, deliveries),
      telling: await deadEndpoint(world, { seconds, rounds }),
    };
  });
}
