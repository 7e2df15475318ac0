/** One change at a time to a thousand subscribers of one form: when the last of them has it. */
import { inTurns } from '../measure/in-turns.ts';
import { Arrivals, type ChangeTimes } from './arrivals.ts';
import type { ChangeSide } from './change-side.ts';
import { type SinceCommit, sinceCommit } from './latencies.ts';
import { ALL_ORDERS } from './order-changed.ts';
import { openSubscribers, type Subscribers } from './subscribers.ts';
import type { SubscriptionWorld } from './subscription-world.ts';
import { resultOf } from './told.ts';

const PLAN = { webSockets: 100, perWebSocket: 10, eventStreams: 0, body: () => ALL_ORDERS };
const WARM_UP_CHANGES = 40;
/** A message that has not come by then is lost. */
const PATIENCE_MS = 10_000;

export interface FanOutSide extends SinceCommit {
  readonly name: ChangeSide['name'];
  readonly changes: number;
  readonly subscribers: number;
  readonly recordsPerChange: number;
}

export interface FanOutOptions {
  /** Of each side, in all rounds together. */
  readonly seconds: number;
  readonly rounds: number;
}

/** The bare server last. */
export async function fanOut(
  world: SubscriptionWorld,
  sides: { readonly gateway: ChangeSide; readonly floor: ChangeSide },
  { seconds, rounds }: FanOutOptions,
): Promise<readonly FanOutSide[]> {
  const open = [await begin(world, sides.gateway), await begin(world, sides.floor)];
  const measured = await inTurns(
    rounds,
    open.map(({ side, run }) => ({ name: side.name, measure: () => run(seconds / rounds) })),
  );
  for (const { subscribers } of open) await subscribers.close();
  return measured.map(({ name, rounds: all }) => {
    const changes = all.flatMap(({ changes: each }) => each);
    const records = all.reduce((sum, round) => sum + round.records, 0);
    return {
      ...{ name, changes: changes.length, subscribers: PLAN.webSockets * PLAN.perWebSocket },
      recordsPerChange: records / changes.length,
      ...sinceCommit(changes, ({ toldAt }) => [toldAt.reduce((last, at) => Math.max(last, at))]),
    };
  });
}

/** A result as the gateway tells it, for the bare server. */
export async function sampleResult({ gateway, nextOrder }: SubscriptionWorld): Promise<string> {
  const plan = { ...PLAN, webSockets: 1, perWebSocket: 1 };
  const subscribers = await openSubscribers(gateway, plan);
  await changeOne({ side: gateway, subscribers, id: nextOrder() });
  const told = subscribers.last();
  await subscribers.close();
  if (told === null) throw new Error('The gateway has told nothing');
  return resultOf(told);
}

async function begin({ nextOrder }: SubscriptionWorld, side: ChangeSide) {
  const subscribers = await openSubscribers(side, PLAN);
  const change = () => changeOne({ side, subscribers, id: nextOrder() });
  for (let warm = 0; warm < WARM_UP_CHANGES; warm += 1) await change();
  const run = async (seconds: number) => {
    const changes: ChangeTimes[] = [];
    const before = await side.recordsRead();
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs) changes.push(await change());
    return { changes, records: (await side.recordsRead()) - before };
  };
  return { side, subscribers, run };
}

async function changeOne(one: {
  side: ChangeSide;
  subscribers: Subscribers;
  id: string;
}): Promise<ChangeTimes> {
  const { side, subscribers, id } = one;
  const arrivals = new Arrivals(subscribers.count);
  subscribers.note(arrivals);
  const times = await arrivals.change(id, side.change);
  await arrivals.settled(PATIENCE_MS);
  subscribers.check();
  if (arrivals.lost + arrivals.twice > 0) throw new Error(`${arrivals.lost} messages of a change were lost`);
  return times;
}
