/** A receiver that was down while thousands were to be sent to it, and comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { unixMs } from '../measure/unix-ms.ts';
import { type Arrivals, measureArrivals } from './arrivals.ts';
import { secretsOf, stored, unacknowledged } from './delivery-log.ts';
import { stopAll, type WebhookWorld } from './webhook-world.ts';
import { preload } from './write-items.ts';

const PATH = '/backlog';
const STORING_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export interface Backlog {
  /** That were stored when the receiver came back. */
  readonly waiting: number;
  /** How long it took to store them, from when the worker was there. */
  readonly storingSeconds: number;
  /** From when the receiver was back to the first that was sent to it. */
  readonly noticedSeconds: number;
  /** Without those that were tried before and wait for their next time. */
  readonly drain: Arrivals;
}

export async function backlog(world: WebhookWorld, deliveries: number): Promise<Backlog> {
  const { sink, manager } = world;
  const app = await world.install('backlog', [sink.url(PATH)]);
  await preload(manager, app, deliveries);
  await sink.behave(PATH, 'refuses');
  await sink.forget();
  const workers = await world.startWorkers(1);
  const beganAtMs = performance.now();
  for (;;) {
    // The events are acknowledged when their deliveries are stored.
    if ((await stored(app)).all === deliveries && (await unacknowledged(manager)) === 0) break;
    if (performance.now() - beganAtMs > STORING_TIMEOUT_MS)
      throw new Error(`${(await stored(app)).all} of ${deliveries} deliveries are stored`);
    await sleep(POLL_MS);
  }
  const storingSeconds = (performance.now() - beganAtMs) / 1_000;
  const { pending: waiting } = await stored(app);
  const backAtMs = unixMs();
  await sink.behave(PATH, 'accepts');
  const drain = await measureArrivals({
    ...{ sink, warmUp: 0, parts: world.parts(workers), secrets: () => secretsOf(app) },
    isDone: async () => (await stored(app)).pending === 0,
  });
  const [first] = (await sink.received()).arrivals;
  await stopAll(workers);
  return { waiting, storingSeconds, noticedSeconds: ((first?.[1] ?? 0) - backAtMs) / 1_000, drain };
}
