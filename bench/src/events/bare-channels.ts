/** The floors: what carries the messages of the product, without the product. */

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { EventBus } from '@rocket/platform';
import { changeSubject } from '@rocket/schema';
import { connect, consumerOpts, createInbox, type JetStreamClient, StorageType } from 'nats';
import { unixMs } from '../measure/unix-ms.ts';
import type { Channel } from './channel.ts';
import { EVENT_APPS } from './shard-channel.ts';

const STREAM = 'BARE';
const SUBJECT = 'bare.events';

/** Of a large write: of the first change, and of each of the others. */
export interface Payloads {
  readonly first: string;
  readonly others: string;
}

/** The last ones that the product has published. */
export async function payloadsOf(product: EventBus): Promise<Payloads> {
  const last = (entity: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const follower = product.follow({
        subject: changeSubject({ app: EVENT_APPS.nats, entity, op: 'create' }),
        from: { kind: 'last_per_subject' },
        onMessage: ({ payload }) => {
          follower.close();
          resolve(payload);
        },
        onLost: (reason) => reject(new Error(`The events were lost: ${reason}`)),
      });
    });
  return { first: await last('customer'), others: await last('order') };
}

/** A `nats` client that publishes with ids, and waits for the answers to all messages of a write. */
export async function openBareNats(url: string, payloads: Payloads): Promise<Channel> {
  const connection = await connect({ servers: url });
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: STREAM, subjects: [SUBJECT], storage: StorageType.File });
  const stream = connection.jetstream();
  const count = counting();
  return {
    ...count,
    async write(events) {
      const keys = Array.from({ length: events }, () => randomUUID());
      count.began(keys[0]);
      const publish = (key: string, at: number) =>
        stream.publish(SUBJECT, at === 0 ? payloads.first : payloads.others, { msgID: key });
      await Promise.all(keys.map(publish));
      return count.done(keys);
    },
    follow: (onEvent) => subscribe(stream, onEvent),
  };
}

async function subscribe(stream: JetStreamClient, onEvent: (key: string) => void): Promise<() => void> {
  const options = consumerOpts();
  options.deliverTo(createInbox());
  options.deliverNew();
  options.ackNone();
  options.callback((error, message) => {
    if (error !== null) throw error;
    const key = message?.headers?.get('Nats-Msg-Id');
    if (key !== undefined) onEvent(key);
  });
  const subscription = await stream.subscribe(SUBJECT, options);
  return () => subscription.unsubscribe();
}

/** An event of Node, in the next turn of the event loop. */
export function openBareProcess(): Channel {
  const emitter = new EventEmitter();
  const count = counting();
  return {
    ...count,
    async write() {
      const key = randomUUID();
      count.began(key);
      await setImmediate();
      emitter.emit('event', key);
      return count.done([key]);
    },
    async follow(onEvent) {
      emitter.on('event', onEvent);
      return () => emitter.off('event', onEvent);
    },
  };
}

function counting() {
  const madeAt = new Map<string, number>();
  let published = 0;
  return {
    publishes: true,
    began(key: string | undefined): void {
      if (key !== undefined) madeAt.set(key, unixMs());
    },
    done(keys: readonly string[]): string {
      published += keys.length;
      return keys[0] ?? '';
    },
    status: async () => ({ waiting: 0, oldestMs: 0, published, statements: null }),
    madeAt: async () => madeAt,
  };
}
