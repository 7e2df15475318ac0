/**
 * Fault tests 14 to 16 and 18 of what gateways keep: no answer shows what was no longer true two seconds before it was
 * asked for, whatever fails, and who brings a token sees what it is of. `ROCKET_SEED` repeats what was drawn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_STALENESS_MS } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresNode } from '../harness/servers/postgres-node.ts';
import { type CheckedInstallation, startCheckedInstallation } from './staleness/checked-installation.ts';
import { CheckedLoad, hitsComeBack } from './staleness/checked-load.ts';
import { hits, type ReadLanes } from './staleness/read-lanes.ts';
import { HAS_SERVERS } from './support/checked/checked-servers.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';

const SEED = Number(process.env['ROCKET_SEED'] ?? Date.now() % 2 ** 31);
const TIMES = IS_LONG ? 10 : 1;
/** Before and after each fault; what is served from what is kept meanwhile shows that there is something to be checked. */
const CALM_MS = IS_LONG ? 10_000 : 400;
/** Longer than what is kept may be given without a word from the stream. */
const FAULT_MS = 3_000;
/** Time for a write whose events stay behind; less than it is waited for them, after which its token has all read again. */
const HUNG_MS = 700;
/** An app is unsure after the bound; a request that was under way then may still be answered. */
const SILENT_AFTER_MS = MAX_STALENESS_MS + 300;
const MIN_HIT_SHARE = 0.3;
const MIN_READS = IS_LONG ? 20_000 : 8_000;
/** Those of its watchers are fewer. */
const MIN_REPLICA_READS = IS_LONG ? 200 : 100;
/** For how long the replica stands still, in turn: beyond the bound at the end. */
const STILL_MS = [
  ...Array<number>(IS_LONG ? 8 : 4).fill(100),
  1_200,
  IS_LONG ? 3_000 : MAX_STALENESS_MS + 500,
];

/** How many were made in the databases of apps. */
async function transactionsOf(node: PostgresNode): Promise<number> {
  const [row] = await node.query(
    "SELECT sum(xact_commit)::int FROM pg_stat_database WHERE datname <> 'postgres' AND datname IS NOT NULL",
  );
  return Number(row?.[0]);
}

describe.skipIf(!HAS_SERVERS)('answers that are kept', { timeout: TIMEOUT_MS }, () => {
  let installation: CheckedInstallation;
  let load: CheckedLoad;
  const total = { reads: 0, hits: 0 };

  beforeAll(async () => {
    process.stdout.write(`ROCKET_SEED=${SEED}\n`);
    installation = await startCheckedInstallation();
    load = await CheckedLoad.open(installation, SEED);
  });
  afterAll(() => installation?.dispose());

  /** @param fault what goes wrong and is mended again; what it returns is printed. Hits have to come back by themselves */
  const check = async (
    what: string,
    fault: (reading: ReadLanes) => Promise<Readonly<Record<string, unknown>>>,
    { mayRefuse = false, times = TIMES } = {},
  ) => {
    let figures: Readonly<Record<string, unknown>> = {};
    let calm = { reads: 0, hits: 0 };
    const stayCalm = async (reading: ReadLanes) => {
      const sinceMs = performance.now();
      await sleep(CALM_MS);
      const reads = reading.since(sinceMs);
      calm = { reads: calm.reads + reads.length, hits: calm.hits + hits(reads) };
    };
    const outcome = await load.run(async (reading) => {
      await hitsComeBack(reading);
      for (let time = 0; time < times; time += 1) {
        await stayCalm(reading);
        figures = await fault(reading);
        figures = { ...figures, recoveryMs: await hitsComeBack(reading) };
      }
      await stayCalm(reading);
    });
    total.reads += outcome.reads;
    total.hits += outcome.hits;
    const { wrong, refused, ...counts } = outcome;
    report(`stale answers, ${what}`, { ...counts, calm, ...figures, refused });
    expect(wrong).toEqual([]);
    if (!mayRefuse) expect(refused).toEqual([]);
    expect(calm.hits / calm.reads).toBeGreaterThan(MIN_HIT_SHARE);
  };

  /** Hits about an app at a gateway from when nothing may be kept any more until now. */
  const lateHits = (reading: ReadLanes, faultMs: number, of: Parameters<ReadLanes['since']>[1]) =>
    hits(reading.since(faultMs + SILENT_AFTER_MS, of));

  test('while nothing is wrong', () => check('quiet', async () => ({})));

  test('14: Redis is emptied, frozen, killed and started again', () =>
    check('Redis', async () => {
      const { redis } = installation;
      await redis.command('flushall');
      await sleep(500);
      redis.freeze();
      await sleep(IS_LONG ? 1_500 : 1_000).finally(() => redis.thaw());
      await redis.kill9();
      await sleep(500);
      await redis.start();
      return {};
    }));

  test('NATS is killed, and started again', () =>
    check('NATS killed', async (reading) => {
      const faultMs = performance.now();
      await installation.nats.kill9();
      await sleep(FAULT_MS);
      const late = lateHits(reading, faultMs, {});
      await installation.nats.start();
      expect(late).toBe(0);
      return { late };
    }));

  test('NATS is frozen', () =>
    check('NATS frozen', async (reading) => {
      const faultMs = performance.now();
      installation.nats.freeze();
      await sleep(FAULT_MS).finally(() => installation.nats.thaw());
      const late = lateHits(reading, faultMs, {});
      expect(late).toBe(0);
      return { late };
    }));

  test('16: one gateway is cut off from NATS, and the other is not', () =>
    check('gateway cut off', async (reading) => {
      const [, relay] = installation.gatewayNats;
      const faultMs = performance.now();
      relay.hang();
      await sleep(FAULT_MS).finally(() => relay.resume());
      const late = lateHits(reading, faultMs, { gateway: 1 });
      const ofOther = lateHits(reading, faultMs, { gateway: 0 });
      expect(late).toBe(0);
      expect(ofOther).toBeGreaterThan(0);
      return { late, ofOther };
    }));

  test('a shard is cut off from NATS: what it has served is not given any more, the rest is', () =>
    check('shard cut off', async (reading) => {
      const ways = installation.shards.crm.map(({ nats }) => nats);
      const faultMs = performance.now();
      for (const nats of ways) nats.hang();
      await sleep(FAULT_MS);
      for (const nats of ways) nats.resume();
      const late = lateHits(reading, faultMs, { app: 'crm' });
      const ofOther = lateHits(reading, faultMs, { app: 'shop' });
      expect(late).toBe(0);
      expect(ofOther).toBeGreaterThan(0);
      return { late, ofOther };
    }));

  test('a shard is killed between commit and publication, and its successor publishes', async () => {
    const successor = await installation.startShard('shop');
    await check(
      'shard killed',
      async (reading) => {
        const faultMs = performance.now();
        // It would publish at once what the other one leaves.
        successor.nats.hang();
        for (const { nats } of installation.shards.shop) nats.hang();
        await sleep(HUNG_MS);
        for (const { process } of installation.shards.shop) await process.end('SIGKILL');
        await sleep(FAULT_MS - HUNG_MS);
        const late = lateHits(reading, faultMs, { app: 'shop' });
        successor.nats.resume();
        installation.balancers.shop.serve([successor.process.url]);
        expect(late).toBe(0);
        return { late };
      },
      // What is dead stays so, and its successor takes no second one.
      { mayRefuse: true, times: 1 },
    );
    installation.shards.shop = [successor];
  });

  test('18: the replica stands still, again and again', () =>
    check('replica', async () => {
      const [replica] = installation.replicated.replicas;
      const before = await transactionsOf(replica);
      for (const ms of STILL_MS) {
        await replica.pauseReplay();
        await sleep(ms).finally(() => replica.resumeReplay());
        await sleep(200);
      }
      const replicaReads = (await transactionsOf(replica)) - before;
      expect(replicaReads).toBeGreaterThan(MIN_REPLICA_READS);
      return { replicaReads };
    }));

  test(`in ${MIN_READS} reads and more`, async () => {
    while (total.reads < MIN_READS) await check('quiet again', async () => ({}));
    report('stale answers, all', total);
    expect(total.hits / total.reads).toBeGreaterThan(MIN_HIT_SHARE);
  });
});
