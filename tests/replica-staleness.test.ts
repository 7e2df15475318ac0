/** How old what replicas answer can be: of what others have written, as what the process has written it always sees. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_STALENESS_MS } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  createCounters,
  openReplicaApp,
  portOf,
  type ReplicaApp,
  read,
  write,
} from './harness/replica-app.ts';
import { type HangingRelay, startHangingRelay } from './harness/servers/hanging-relay.ts';
import type { PostgresNode } from './harness/servers/postgres-node.ts';
import { type ReplicatedPostgres, startReplicatedPostgres } from './harness/servers/replicas.ts';
import { until } from './harness/until.ts';

/** Long enough to see a replica go beyond the bound. */
const OBSERVED_MS = MAX_STALENESS_MS + 1_000;
const COUNTER = 1;

let postgres: ReplicatedPostgres;
/** Another process, which does not read. */
let writer: ReplicaApp;
let closing: (() => Promise<void>)[];

beforeAll(async () => {
  postgres = await startReplicatedPostgres();
  await postgres.createDatabase('app');
  const first = openReplicaApp({ primaryUrl: postgres.primary.url, replicaUrls: [] });
  await createCounters(first);
  await write(first, COUNTER, 0);
  await first.close();
});
beforeEach(() => {
  closing = [];
  writer = opened(postgres.primary.url, []);
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});
afterAll(() => postgres.dispose());

/** With the settings of the product. */
function opened(primaryUrl: string, replicaUrls: readonly string[]): ReplicaApp {
  const app = openReplicaApp({ primaryUrl, replicaUrls, isQuick: false });
  closing.push(() => app.close());
  return app;
}

async function relayed(node: PostgresNode): Promise<HangingRelay> {
  const relay = await startHangingRelay(node.url);
  closing.push(() => relay.close());
  return relay;
}

const servedBy = (app: ReplicaApp, node: PostgresNode) =>
  until(async () => (await read(app, COUNTER)).port === portOf(node));

test('a replica that stands still is left before it shows anything older than the bound', async () => {
  const [still] = postgres.replicas;
  const reader = opened(
    postgres.primary.url,
    postgres.replicas.map(({ url }) => url),
  );
  await servedBy(reader, still);
  await still.pauseReplay();
  const endAtMs = performance.now() + OBSERVED_MS;
  const committed: { readonly value: number; readonly atMs: number }[] = [];
  const tooOld: unknown[] = [];
  let lastFromStillAtMs = 0;
  const writing = async () => {
    for (let value = 1; performance.now() < endAtMs; value += 1) {
      await write(writer, COUNTER, value);
      committed.push({ value, atMs: performance.now() });
      await sleep(10);
    }
  };
  const reading = async () => {
    while (performance.now() < endAtMs) {
      const atMs = performance.now();
      const least = committed.findLast((each) => each.atMs < atMs - MAX_STALENESS_MS)?.value ?? 0;
      const answer = await read(reader, COUNTER);
      if (Number(answer.value) < least) tooOld.push({ ...answer, least });
      if (answer.port === portOf(still)) lastFromStillAtMs = atMs;
      await sleep(5);
    }
  };
  try {
    await Promise.all([writing(), reading()]);
    await until(async () => {
      // Without reads no server is asked how far it is.
      await read(reader, COUNTER);
      return reader.statuses.get(still.name)?.problem === 'is too far behind';
    });
    expect(reader.statuses.get(still.name)?.used).toBe(false);
  } finally {
    await still.resumeReplay();
  }
  expect(tooOld).toEqual([]);
  // It served for as long as it could, and no longer.
  const servedMs = lastFromStillAtMs - (committed[0]?.atMs ?? Infinity);
  expect(servedMs).toBeGreaterThan(500);
  expect(servedMs).toBeLessThanOrEqual(MAX_STALENESS_MS);
  await servedBy(reader, still);
});

test('a replica that is a little behind serves on while another one hangs', async () => {
  const [moving, other] = postgres.replicas;
  const hanging = await relayed(other);
  const reader = opened(postgres.primary.url, [moving.url, hanging.url]);
  hanging.hang();
  await servedBy(reader, moving);
  await until(() => reader.statuses.get(hanging.name)?.up === false);
  const ports = new Set<unknown>();
  // So it has never replayed what the primary has written when both are asked.
  await moving.query(`ALTER SYSTEM SET recovery_min_apply_delay = '100ms'`);
  await moving.query('SELECT pg_reload_conf()');
  try {
    const endAtMs = performance.now() + OBSERVED_MS;
    for (let value = 1; performance.now() < endAtMs; value += 1) {
      await write(writer, COUNTER, value);
      ports.add((await read(reader, COUNTER)).port);
      await sleep(5);
    }
  } finally {
    await moving.query('ALTER SYSTEM RESET recovery_min_apply_delay');
    await moving.query('SELECT pg_reload_conf()');
  }
  expect(ports).toEqual(new Set([portOf(moving)]));
});

test('reads go on from replicas while the primary hangs, without one that waits for it', async () => {
  const primary = await relayed(postgres.primary);
  const reader = opened(
    primary.url,
    postgres.replicas.map(({ url }) => url),
  );
  for (const replica of postgres.replicas) await servedBy(reader, replica);
  primary.hang();
  const kinds = new Set<unknown>();
  let longestMs = 0;
  const endAtMs = performance.now() + OBSERVED_MS;
  while (performance.now() < endAtMs) {
    const atMs = performance.now();
    kinds.add((await read(reader, COUNTER)).kind);
    longestMs = Math.max(longestMs, performance.now() - atMs);
    await sleep(5);
  }
  expect(kinds).toEqual(new Set(['replica']));
  expect(longestMs).toBeLessThan(500);
  expect(reader.statuses.get(primary.name)?.up).toBe(false);
});
