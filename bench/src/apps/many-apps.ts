/**
 * Many apps on one shard process, few of them busy: what an unused app costs, and how long the first request to one
 * takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { OPERATION_PATH } from '@rocket/schema';
import { withCleanUp } from '../clean-up.ts';
import { readMemory } from '../measure/cpu.ts';
import { type LoadOptions, type Measurement, measure } from '../measure/load.ts';
import { percentile } from '../measure/percentile.ts';
import type { DirectApp } from '../sides/install-app.ts';
import { type AppFleet, askApp, FLEET_REQUEST, startAppFleet } from './app-fleet.ts';
import { type ConnectionCounts, countConnections } from './count-connections.ts';

const BUSY_APPS = 50;
/** Pools close connections that are idle for ten seconds, so a shorter load would end before that is visible. */
const LEAST_SECONDS = 20;
/** The connections are counted this long before the load ends. */
const COUNT_BEFORE_END_SECONDS = 2;

export interface ManyApps {
  readonly apps: number;
  readonly busyApps: number;
  /** First requests to apps that the process had not served before, one at a time. */
  readonly coldMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  /** Resident memory of the shard process, in bytes; null where it cannot be measured. */
  readonly memory: {
    readonly started: number | null;
    /** After only the busy apps got requests. */
    readonly busyServed: number | null;
    readonly allServed: number | null;
    readonly afterLoad: number | null;
  };
  /** Under load on the busy apps. */
  readonly connections: ConnectionCounts;
  readonly load: Measurement;
}

export async function manyApps(options: LoadOptions & { apps: number }): Promise<ManyApps> {
  return await withCleanUp(async (cleanUp) => {
    const fleet = await startAppFleet(cleanUp, options.apps);
    const busyApps = Math.min(BUSY_APPS, options.apps);
    const parts = { busy: fleet.apps.slice(0, busyApps), idle: fleet.apps.slice(busyApps) };
    const memoryNow = () => readMemory(fleet.shard.pid());
    const started = await memoryNow();
    const coldBusy = await askAll(fleet, parts.busy);
    const busyServed = await memoryNow();
    const coldIdle = await askAll(fleet, parts.idle);
    const allServed = await memoryNow();
    const seconds = Math.max(options.seconds, LEAST_SECONDS);
    const [load, connections] = await Promise.all([
      loadBusy(fleet, parts.busy, { ...options, seconds }),
      sleep((seconds - COUNT_BEFORE_END_SECONDS) * 1_000).then(() =>
        countConnections(fleet.postgres.url, parts),
      ),
    ]);
    const memory = { started, busyServed, allServed, afterLoad: await memoryNow() };
    const coldMs = distribution([...coldBusy, ...coldIdle]);
    return { apps: options.apps, busyApps, coldMs, memory, connections, load };
  });
}

async function askAll(fleet: AppFleet, apps: readonly DirectApp[]): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (const app of apps) latencies.push(await askApp(fleet, app));
  return latencies;
}

function distribution(latencies: readonly number[]): ManyApps['coldMs'] {
  const sorted = Float64Array.from(latencies).sort();
  const at = (percent: number) => percentile(sorted, percent);
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

/** Every request goes to another of the busy apps, at random. */
async function loadBusy(
  { shard, postgres }: AppFleet,
  busy: readonly DirectApp[],
  options: LoadOptions,
): Promise<Measurement> {
  const headers = busy.map((app) => shard.headers(app));
  return await measure(
    {
      name: 'busy apps',
      url: `${shard.url}${OPERATION_PATH}`,
      pid: shard.pid(),
      postgresPid: postgres.pid,
      headers: (body) => headers[Math.floor(Math.random() * headers.length)]?.(body) ?? {},
      body: () => FLEET_REQUEST,
    },
    options,
  );
}
