/** The two loads on a channel: as much as it takes, and a steady rate. */
import { setTimeout as sleep } from 'node:timers/promises';
import { atRate } from '../measure/at-rate.ts';
import { percentile } from '../measure/percentile.ts';
import { unixMs } from '../measure/unix-ms.ts';
import type { Channel } from './channel.ts';
import type { FullSpeed, FullSpeedLoad, Steady, SteadyLoad } from './channel-messages.ts';

/** Writers hold back while something waits for longer: what cannot be published in time is no throughput. */
const HELD_BACK_AT_MS = 500;
const LOOK_MS = 50;
const PAUSE_MS = 10;
const ARRIVAL_TIMEOUT_MS = 10_000;
const STEADY_WARM_UP_SECONDS = 0.5;

/** Each writer waits for its answer before it writes again. The time ends when everything is published. */
export async function measureFullSpeed(channel: Channel, load: FullSpeedLoad): Promise<FullSpeed> {
  const before = await channel.status();
  const watch = watchWaiting(channel);
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + load.seconds * 1_000;
  let writes = 0;
  const write = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      if (channel.publishes && watch.nowMs() > HELD_BACK_AT_MS) await sleep(PAUSE_MS);
      else {
        await channel.write(load.eventsPerWrite);
        writes += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: load.writers }, write));
  const events = writes * load.eventsPerWrite;
  if (channel.publishes) await untilPublished(channel, before.published + events);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  await watch.end();
  const after = await channel.status();
  const statements =
    before.statements === null || after.statements === null ? null : after.statements - before.statements;
  const oldestMs = channel.publishes ? watch.mostMs() : null;
  return { writes, events, seconds, oldestMs, statements };
}

function watchWaiting(channel: Channel) {
  let now = 0;
  let most = 0;
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver) {
      now = (await channel.status()).oldestMs;
      most = Math.max(most, now);
      await sleep(LOOK_MS);
    }
  };
  const looking = look();
  return {
    nowMs: () => now,
    mostMs: () => most,
    end: async () => {
      isOver = true;
      await looking;
    },
  };
}

async function untilPublished(channel: Channel, events: number): Promise<void> {
  const untilMs = performance.now() + ARRIVAL_TIMEOUT_MS;
  for (;;) {
    const { published } = await channel.status();
    if (published === events) return;
    if (published > events) throw new Error(`${published - events} events too many were published`);
    if (performance.now() > untilMs) throw new Error(`${events - published} events were not published`);
    await sleep(PAUSE_MS);
  }
}

export async function measureSteady(channel: Channel, load: SteadyLoad): Promise<Steady> {
  const arrivedAt = new Map<string, number>();
  const end = await channel.follow((key) => arrivedAt.set(key, unixMs()));
  // A pool has closed the connections that nobody used meanwhile.
  await writeSteadily(channel, { ...load, seconds: STEADY_WARM_UP_SECONDS });
  const startedAtMs = performance.now();
  const keys = await writeSteadily(channel, load);
  const perSecond = (keys.length * 1_000) / (performance.now() - startedAtMs);
  const untilMs = performance.now() + ARRIVAL_TIMEOUT_MS;
  while (keys.some((key) => !arrivedAt.has(key))) {
    if (performance.now() > untilMs) throw new Error('Events did not arrive');
    await sleep(PAUSE_MS);
  }
  end();
  const madeAt = await channel.madeAt(keys);
  const latencies = keys.map((key) => (arrivedAt.get(key) ?? Number.NaN) - (madeAt.get(key) ?? Number.NaN));
  if (latencies.some(Number.isNaN)) throw new Error('The time of a change is not known');
  const sorted = Float64Array.from(latencies).sort();
  const at = (percent: number) => percentile(sorted, percent);
  return { perSecond, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99) };
}

async function writeSteadily(channel: Channel, load: SteadyLoad): Promise<readonly string[]> {
  const keys: string[] = [];
  await atRate(load, async () => {
    keys.push(await channel.write(1));
  });
  return keys;
}
