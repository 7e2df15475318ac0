/** Workers that send webhooks, the receivers of these, and a client of the stream to see what is left. */
import type { AppName } from '@rocket/schema';
import { connect, type JetStreamManager } from 'nats';
import type { CleanUp } from '../clean-up.ts';
import { type BenchApp, type BenchWorker, startWorkerWorld } from '../sides/worker-world.ts';
import type { Parts } from './busy.ts';
import { type Sink, startSink } from './sink.ts';
import { webhookDocument } from './webhook-document.ts';

export interface WebhookWorld {
  readonly natsUrl: string;
  readonly sink: Sink;
  readonly manager: JetStreamManager;
  /** With a webhook for each of the addresses. */
  install(name: string, urls: readonly string[]): Promise<BenchApp>;
  startWorkers(count: number): Promise<readonly BenchWorker[]>;
  /** @param senders processes */
  parts(senders: readonly { readonly pid: number }[]): Parts;
}

/** Null where nats-server is not installed. */
export async function startWebhookWorld(cleanUp: CleanUp): Promise<WebhookWorld | null> {
  const world = await startWorkerWorld(cleanUp);
  if (world === null) return null;
  const { natsUrl, natsPid, postgresPid } = world;
  const sink = await startSink(cleanUp);
  const connection = await connect({ servers: natsUrl });
  cleanUp.push(() => connection.close());
  // The receivers are on this host, where nothing may be called otherwise.
  const env = { ROCKET_OUTGOING_ALLOW: '127.0.0.1' };
  return {
    ...{ natsUrl, sink, manager: await connection.jetstreamManager() },
    install: (name, urls) => world.install(name, (app: AppName) => webhookDocument(app, urls)),
    startWorkers: (count) => Promise.all(Array.from({ length: count }, () => world.startWorker(env))),
    parts: (senders) => ({
      sender: senders.map(({ pid }) => pid),
      ...{ postgres: [postgresPid], nats: [natsPid], sink: [sink.pid] },
    }),
  };
}

export async function stopAll(workers: readonly BenchWorker[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.stop()));
}
