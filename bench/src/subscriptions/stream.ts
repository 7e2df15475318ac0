/** Five hundred changes a second, or as many as the machine can make, to a hundred subscribers: whether all come, how late, and what a message costs. */
import { atRate } from '../measure/at-rate.ts';
import { readCpu } from '../measure/cpu.ts';
import { unixMs } from '../measure/unix-ms.ts';
import { Arrivals } from './arrivals.ts';
import type { ChangeSide } from './change-side.ts';
import { type SinceCommit, sinceCommit } from './latencies.ts';
import { ALL_ORDERS } from './order-changed.ts';
import { openSubscribers } from './subscribers.ts';
import type { SubscriptionWorld } from './subscription-world.ts';

/** The WebSockets have ten subscribers each, the streams make the last ten. */
const PLAN = { webSockets: 9, perWebSocket: 10, eventStreams: 10, body: () => ALL_ORDERS };
const PER_SECOND = 500;
/** More would only stand in line for the shard's connections, and what the gateway reads behind them. */
const WRITERS = 16;
/** Changes that have not come to everybody, beyond which writers hold back: what nobody is told of is no throughput. */
const MOST_WAITING = PER_SECOND / 2;
const WARM_UP_SECONDS = 3;
/** When nothing has come for so long, what is missing is lost. */
const PATIENCE_MS = 10_000;

export interface StreamSide extends SinceCommit {
  readonly name: ChangeSide['name'];
  readonly subscribers: number;
  readonly changes: number;
  /** Changes that were written, which is less than was asked for where the machine cannot write as many. */
  readonly changesPerSecond: number;
  readonly messagesPerSecond: number;
  /** Messages that subscribers did not get. */
  readonly lost: number;
  /** Messages that told something again. */
  readonly twice: number;
  /** Processor time of the server in microseconds; null where the machine does not tell. */
  readonly cpuPerMessage: number | null;
}

export async function stream(
  { nextOrder }: SubscriptionWorld,
  side: ChangeSide,
  seconds: number,
): Promise<StreamSide> {
  const subscribers = await openSubscribers(side, PLAN);
  const run = async (forSeconds: number) => {
    const arrivals = new Arrivals(subscribers.count);
    subscribers.note(arrivals);
    const load = { perSecond: PER_SECOND, mostAtOnce: WRITERS };
    const startedAt = unixMs();
    const isHeldBack = () => arrivals.isBehind(MOST_WAITING * subscribers.count, PATIENCE_MS);
    await atRate({ ...load, isHeldBack, seconds: forSeconds }, async () => {
      await arrivals.change(nextOrder(), side.change);
    });
    const writtenAt = unixMs();
    await arrivals.settled(PATIENCE_MS);
    subscribers.check();
    return { arrivals, writingMs: writtenAt - startedAt, tellingMs: arrivals.lastAt - startedAt };
  };
  await run(WARM_UP_SECONDS);
  const before = await readCpu(side.pid);
  const { arrivals, writingMs, tellingMs } = await run(seconds);
  const after = await readCpu(side.pid);
  await subscribers.close();
  const { changes, told, lost, twice } = arrivals;
  return {
    ...{ name: side.name, subscribers: subscribers.count, changes: changes.length, lost, twice },
    changesPerSecond: (changes.length * 1_000) / writingMs,
    messagesPerSecond: (told * 1_000) / tellingMs,
    cpuPerMessage: before === null || after === null ? null : ((after - before) * 1_000) / told,
    ...sinceCommit(changes, ({ toldAt }) => toldAt),
  };
}
