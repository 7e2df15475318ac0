import type { ManyApps } from './many-apps.ts';

const MEGABYTE = 1024 * 1024;

/** Formats the results next to the settings of the run. */
export function formatManyApps({ apps, busyApps, coldMs, memory, connections, load }: ManyApps): string {
  const megabytes = (bytes: number | null) =>
    bytes === null ? 'unknown' : `${(bytes / MEGABYTE).toFixed(0)} MB`;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    `many-apps: ${apps} apps on one shard process, ${busyApps} of them busy`,
    `  memory         ${megabytes(memory.started)} at the start, ${megabytes(memory.busyServed)} when the busy apps were served once, ${megabytes(memory.allServed)} when all were, ${megabytes(memory.afterLoad)} after the load (target: below 1,024 MB)`,
    `  connections    ${connections.idle} to idle apps (target: 0), ${connections.busy} to busy ones`,
    `  first request  p50 ${ms(coldMs.p50)}, p95 ${ms(coldMs.p95)}, p99 ${ms(coldMs.p99)}, longest ${ms(coldMs.max)}`,
    `  busy apps      ${load.requestsPerSecond.toFixed(0)} requests/s, p50 ${ms(load.p50Ms)}, p95 ${ms(load.p95Ms)}, p99 ${ms(load.p99Ms)}, ${load.failures} failed`,
    '',
  ].join('\n');
}
