/** Events that are on the stream already, delivered by workers, and by a loop written by hand. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { webhookSecret } from '@rocket/schema';
import type { CleanUp } from '../clean-up.ts';
import { freePort } from '../http.ts';
import { startProcess } from '../process.ts';
import type { BenchApp } from '../sides/worker-world.ts';
import { type Arrivals, measureArrivals } from './arrivals.ts';
import { secretsOf, stored, unacknowledged } from './delivery-log.ts';
import { stopAll, type WebhookWorld } from './webhook-world.ts';
import { itemSubject, preload } from './write-items.ts';

/** What comes before those that are measured. */
export const WARM_UP = 3_000;
const SECRET_BYTES = 32;

/** A new app with one receiver. */
export async function workersDeliver(
  world: WebhookWorld,
  { name, workers: count, deliveries }: { name: string; workers: number; deliveries: number },
): Promise<{ readonly app: BenchApp; readonly arrivals: Arrivals }> {
  const { sink, manager } = world;
  const app = await world.install(name, [sink.url(`/${name}`)]);
  const all = WARM_UP + deliveries;
  await preload(manager, app, all);
  await sink.forget();
  const workers = await world.startWorkers(count);
  const arrivals = await measureArrivals({
    ...{ sink, warmUp: WARM_UP, parts: world.parts(workers), secrets: () => secretsOf(app) },
    isDone: async (arrived) =>
      arrived >= all && (await unacknowledged(manager)) === 0 && (await stored(app)).delivered === all,
  });
  await stopAll(workers);
  return { app, arrivals };
}

/** The same events of an app, from the same stream. @param deliveries beside the warm-up */
export async function loopDelivers(
  cleanUp: CleanUp,
  world: WebhookWorld,
  { app, deliveries }: { app: BenchApp; deliveries: number },
): Promise<Arrivals> {
  const { sink, natsUrl } = world;
  const receiver = sink.url('/floor');
  const secret = webhookSecret(randomBytes(SECRET_BYTES));
  await sink.forget();
  const port = String(await freePort());
  const loop = await startProcess({
    file: join(import.meta.dirname, '../peers/send-webhooks.ts'),
    args: [],
    env: { NATS_URL: natsUrl, SUBJECT: itemSubject(app), RECEIVER: receiver, SECRET: secret, PORT: port },
    readyUrl: `http://127.0.0.1:${port}`,
  });
  cleanUp.push(loop.stop);
  const arrivals = await measureArrivals({
    ...{ sink, warmUp: WARM_UP, parts: world.parts([loop]) },
    secrets: async () => new Map([[receiver, secret]]),
    isDone: async (arrived) => arrived >= WARM_UP + deliveries,
  });
  await loop.stop();
  return arrivals;
}
