/**
 * Webhooks while all that sends them is killed at random: afterwards each committed change has come to each of its receivers,
 * and what came twice had the same id. `ROCKET_SEED` repeats what was drawn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PooledDatabase } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { findNatsServer } from '../harness/servers/nats-server.ts';
import { CheckedReceiver } from './deliveries/checked-receiver.ts';
import { DeliveryLoad } from './deliveries/delivery-load.ts';
import { activityOf } from './support/activity.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';
import { randomFaults } from './support/random-faults.ts';
import { startWorkerInstallation, type WorkerInstallation } from './support/worker-installation.ts';

const SEED = Number(process.env['ROCKET_SEED'] ?? Date.now() % 2 ** 31);
const FAULTS_MS = IS_LONG ? 30_000 : 5_000;
const QUIESCE_MS = 60_000;
/** Of all faults that are found. */
const SHOWN = 20;
/** An endpoint that does not work for a while, in the long form: what has failed there is tried again after 30 s. */
const FLAKY = '/flaky';
const FLAKY_MS = 2_000;

const document = (url: string) => ({
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
  webhooks: [
    {
      entity: 'note',
      hook: 'after_write',
      url: `${url}/all`,
      retry: { max_attempts: 20, backoff: 'linear' },
    },
    { entity: 'note', hook: 'after_write', url: `${url}/created`, condition: "action == 'create'" },
    { entity: 'note', hook: 'after_write', url: `${url}${FLAKY}`, retry: { max_attempts: 20 } },
    { entity: 'note', hook: 'after_delete', url: `${url}/gone` },
  ],
});

describe.skipIf(findNatsServer() === null)('webhooks', { timeout: 2 * TIMEOUT_MS }, () => {
  let installation: WorkerInstallation;
  const receiver = new CheckedReceiver(SEED);
  beforeAll(async () => {
    process.stdout.write(`ROCKET_SEED=${SEED}\n`);
    installation = await startWorkerInstallation({ document, receive: receiver.receive });
  });
  afterAll(() => installation?.dispose());

  test('35: every committed change comes to every receiver, whatever fails', async () => {
    const { outside } = installation;
    const load = new DeliveryLoad(installation);
    if (IS_LONG) receiver.refuses.add(FLAKY);
    setTimeout(() => receiver.refuses.delete(FLAKY), FLAKY_MS);
    const faults = await randomFaults(installation, { seed: SEED, forMs: FAULTS_MS });
    await load.stop();
    const endedMs = performance.now();
    const left = await rest(outside);
    const restMs = Math.round(performance.now() - endedMs);
    const { create, update, delete: gone } = load.acknowledged;
    const wrong = [
      ...missing(receiver, 'all', 'create', create),
      ...missing(receiver, 'created', 'create', create),
      ...missing(receiver, 'flaky', 'create', create),
      ...missing(receiver, 'all', 'update', update),
      ...missing(receiver, 'flaky', 'update', update),
      ...missing(receiver, 'gone', 'delete', gone),
      ...[...receiver.ids].flatMap(([key, ids]) =>
        ids.size === 1 ? [] : [`${key} came as ${[...ids].join()}`],
      ),
      ...left,
    ];
    const deliveries = receiver.ids.size;
    report('35 and 36', {
      ...{ faults, restMs, writes: create.size + update.size + gone.size, refused: load.refused },
      ...{ deliveries, requests: receiver.requests, repeated: receiver.requests - deliveries },
    });
    if (wrong.length > 0)
      process.stdout.write(`${installation.logged().join('\n')}\n${await activityOf(outside)}\n`);
    expect(wrong.slice(0, SHOWN)).toEqual([]);
    expect(create.size).toBeGreaterThan(0);
    expect(deliveries).toBe(
      await count(outside, "SELECT count(*)::int FROM _webhook_deliveries WHERE status = 'delivered'"),
    );
  });
});

function missing(
  receiver: CheckedReceiver,
  path: string,
  action: string,
  titles: ReadonlySet<string>,
): readonly string[] {
  const came = receiver.titles.get(`/${path} ${action}`) ?? new Set();
  return [...titles]
    .filter((title) => !came.has(title))
    .map((title) => `${action} of ${title} is not at ${path}`);
}

const EVENTS = `SELECT count(*)::int FROM _outbox WHERE published_at IS NULL`;
const WAITING = `SELECT count(*)::int FROM _webhook_deliveries WHERE due_at IS NOT NULL`;
/** Each change of a note has two deliveries, a creation three, a deletion one. */
const EXPECTED = `SELECT coalesce(sum(CASE payload->>'op' WHEN 'create' THEN 3 WHEN 'update' THEN 2 ELSE 1 END), 0)::int
  FROM _outbox WHERE subject LIKE 'rocket.ev.%'`;
const STORED = `SELECT count(*)::int FROM _webhook_deliveries`;

/** Waits until nothing is left to do; what is left after a time. */
async function rest(outside: PooledDatabase): Promise<readonly string[]> {
  const untilMs = performance.now() + QUIESCE_MS;
  for (;;) {
    const [unpublished, waiting, expected, stored] = await Promise.all(
      [EVENTS, WAITING, EXPECTED, STORED].map((text) => count(outside, text)),
    );
    if (unpublished === 0 && waiting === 0 && stored === expected) return [];
    if (performance.now() > untilMs)
      return [
        `${unpublished} events unpublished, ${waiting} deliveries waiting, ${stored} of ${expected} stored`,
      ];
    await sleep(100);
  }
}

async function count(outside: PooledDatabase, text: string): Promise<number> {
  const [row] = await outside.query({ text, values: [] });
  return Number(row?.[0]);
}
