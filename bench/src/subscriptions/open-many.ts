/** Ten thousand subscriptions of one user on one gateway: what they take of its memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { orderId } from '../data/order-id.ts';
import { readMemory } from '../measure/cpu.ts';
import type { ChangeSide } from './change-side.ts';
import { ALL_ORDERS, oneOrder } from './order-changed.ts';
import { openSubscribers, type SubscriberPlan } from './subscribers.ts';

const WEB_SOCKETS = 100;
const PER_WEB_SOCKET = 100;
/** Until memory is read: what opening has left behind is mostly collected by then. */
const SETTLE_MS = 5_000;

export interface OpenMany {
  readonly subscriptions: number;
  /** Until the gateway had all of them. */
  readonly seconds: number;
  /** Resident memory in bytes; null where the machine does not tell. */
  readonly memory: {
    /** Of a gateway that has had two subscriptions. */
    readonly idle: number | null;
    readonly open: number | null;
  };
}

export async function openMany(gateway: ChangeSide): Promise<OpenMany> {
  const plan: SubscriberPlan = {
    webSockets: WEB_SOCKETS,
    perWebSocket: PER_WEB_SOCKET,
    eventStreams: 0,
    body: (subscriber) => (subscriber % 2 === 0 ? ALL_ORDERS : oneOrder(orderId(1 + subscriber))),
  };
  const first = await openSubscribers(gateway, { ...plan, webSockets: 1, perWebSocket: 2 });
  await first.close();
  const readSettled = async () => {
    await sleep(SETTLE_MS);
    return await readMemory(gateway.pid);
  };
  const idle = await readSettled();
  const startedAtMs = performance.now();
  const subscribers = await openSubscribers(gateway, plan);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const open = await readSettled();
  subscribers.check();
  await subscribers.close();
  return { subscriptions: subscribers.count, seconds, memory: { idle, open } };
}
