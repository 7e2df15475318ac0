/**
 * Fault tests 27 and 28: whatever is killed, frozen or changed, each subscriber ends with the records that they may see, by
 * what they were told. `ROCKET_SEED` repeats what was drawn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FoldingInstallation, startFoldingInstallation } from './folding/folding-installation.ts';
import { FoldingLoad } from './folding/folding-load.ts';
import { cursorOf, firstTold, forged } from './folding/refused-cursors.ts';
import { DOCUMENTS } from './support/checked/checked-apps.ts';
import { HAS_SERVERS } from './support/checked/checked-servers.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';

const SEED = Number(process.env['ROCKET_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = IS_LONG ? 6 : 1;
const PAUSE_MS = IS_LONG ? 2_000 : 300;
const AWAY_MS = 500;
/** Longer than what gateways know without a word from the stream. */
const FROZEN_MS = 2_500;

describe.skipIf(!HAS_SERVERS)('what subscribers fold', { timeout: 2 * TIMEOUT_MS }, () => {
  let installation: FoldingInstallation;
  let load: FoldingLoad;
  /** Of before all faults. */
  let early: string;

  const sales = () => installation.reader('sales', ['sales']);

  beforeAll(async () => {
    process.stdout.write(`ROCKET_SEED=${SEED}\n`);
    installation = await startFoldingInstallation();
    load = await FoldingLoad.open(installation, SEED);
    early = await cursorOf(installation, { table: 'customer', reader: await sales() });
  });
  afterAll(async () => {
    await load?.stop();
    await installation?.dispose();
  });

  /** @param away what is done with its store meanwhile */
  const restartNats = async (away: () => Promise<void>) => {
    await installation.nats.kill9();
    await away();
    await sleep(AWAY_MS);
    await installation.nats.start();
  };
  const freezeNats = async () => {
    installation.nats.freeze();
    await sleep(FROZEN_MS).finally(() => installation.nats.thaw());
  };
  const restartRedis = async () => {
    await installation.redis.kill9();
    await sleep(AWAY_MS);
    await installation.redis.start();
  };
  const haltReplica = async () => {
    const [replica] = installation.replicated.replicas;
    for (const ms of [100, 400, 1_200]) {
      await replica.pauseReplay();
      await sleep(ms).finally(() => replica.resumeReplay());
      await sleep(100);
    }
  };
  /** Between commit and publication, as its way to NATS is shut before. */
  const replaceShard = async () => {
    const [old] = installation.shards.shop;
    const successor = await installation.startShard('shop');
    // It would publish at once what the other one leaves.
    successor.nats.hang();
    old?.nats.hang();
    await sleep(AWAY_MS);
    await old?.process.end('SIGKILL');
    successor.nats.resume();
    installation.balancers.shop.serve([successor.process.url]);
    installation.shards.shop = [successor];
  };
  const addField = async (round: number) => {
    const { errors } = await installation.importApp('crm', withFields(DOCUMENTS.crm, round + 1));
    expect(errors).toEqual([]);
  };

  const round = async (number: number) => {
    await Promise.all([
      installation.replaceGateway(0),
      restartNats(() => installation.nats.copyStore(`round-${number}`)),
      haltReplica(),
    ]);
    await sleep(PAUSE_MS);
    await Promise.all([freezeNats(), restartRedis(), addField(number)]);
    await sleep(PAUSE_MS);
    await Promise.all([replaceShard(), installation.replaceGateway(1)]);
    await sleep(PAUSE_MS);
    // Not in each round, as all subscriptions begin anew after it.
    if (number % 2 === 1) return;
    // What has come since then is lost there, and is published again.
    await restartNats(() => installation.nats.restoreStore(`round-${number}`));
    await sleep(PAUSE_MS);
  };

  test('27: is what they may see, whatever fails', async () => {
    load.start();
    const startedMs = performance.now();
    const sinceMs = () => Math.round(performance.now() - startedMs);
    for (let number = 0; number < ROUNDS; number += 1) {
      await round(number);
      process.stdout.write(`round ${number + 1} of ${ROUNDS} after ${sinceMs()} ms\n`);
    }
    const faultsMs = sinceMs();
    const { wrong, figures } = await load.settle();
    report('27', { ...figures, faultsMs });
    if (wrong.length > 0) process.stdout.write(`${installation.logged().join('\n')}\n`);
    expect(wrong).toEqual([]);
    expect(figures.resyncs).toBeGreaterThan(0);
  });

  describe('28: no change comes behind a cursor', () => {
    /** What customers' changes begin with behind it, over both transports. */
    const customers = async (after: string) => {
      const asking = { table: 'customer', reader: await sales(), after } as const;
      return await Promise.all(
        (['websocket', 'events'] as const).map((transport) =>
          firstTold(installation, { ...asking, transport }),
        ),
      );
    };
    const bothWith = (code: string) => [
      { kind: 'code', code },
      { kind: 'code', code },
    ];

    test('that is forged, or none', async () => {
      const cursor = await cursorOf(installation, { table: 'customer', reader: await sales() });
      expect(await customers(forged(cursor))).toEqual(bothWith('FORBIDDEN'));
      expect(await customers(`${cursor}=`)).toEqual(bothWith('BAD_CURSOR'));
    });

    test('of another app', async () => {
      const cursor = await cursorOf(installation, { table: 'order', reader: await sales() });
      expect(await customers(cursor)).toEqual(bothWith('FORBIDDEN'));
    });

    test('of another user', async () => {
      const cursor = await cursorOf(installation, { table: 'customer', reader: installation.admin });
      expect(await customers(cursor)).toEqual(bothWith('FORBIDDEN'));
    });

    test('past what the stream keeps', async () => {
      const [first, second] = await customers(early);
      expect([first, second]).toEqual(
        [first, second].map(() => expect.objectContaining({ id: expect.anything() })),
      );
      await purge(installation.nats.url);
      // The one that was there can go on from what it has read.
      await installation.replaceGateway(0);
      expect(await customers(early)).toEqual(bothWith('RESYNC_REQUIRED'));
    });
  });
});

/** As if all that is there were older than what is kept. */
async function purge(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  const { streams } = await connection.jetstreamManager();
  for (const name of await streams.names().next()) await streams.purge(name);
  await connection.close();
}

function withFields(document: object, count: number): object {
  const { entities } = document as { entities: readonly { fields: readonly object[] }[] };
  const added = Array.from({ length: count }, (_, at) => ({
    ...{ name: `added_${at}`, type: 'string', nullable: true },
  }));
  return {
    ...document,
    entities: entities.map((each) => ({ ...each, fields: [...each.fields, ...added] })),
  };
}
