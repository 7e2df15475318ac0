/**
 * Workflows while all that runs them is killed at random: afterwards each has come to its end, and has done everything once.
 * `ROCKET_SEED` repeats what was drawn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql } from '../harness/graphql-client.ts';
import { findNatsServer } from '../harness/servers/nats-server.ts';
import { until } from '../harness/until.ts';
import { checkedDocument } from './instances/checked-workflows.ts';
import { heldReceiver } from './instances/held-receiver.ts';
import { instanceFaults } from './instances/instance-checker.ts';
import { InstanceLoad } from './instances/instance-load.ts';
import { isAtRest, leftBehind, watchTimers } from './instances/left-behind.ts';
import { activityOf } from './support/activity.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';
import { randomFaults } from './support/random-faults.ts';
import { startWorkerInstallation, type WorkerInstallation } from './support/worker-installation.ts';

const SEED = Number(process.env['ROCKET_SEED'] ?? Date.now() % 2 ** 31);
const FAULTS_MS = IS_LONG ? 30_000 : 6_000;
/** Of all faults that are found. */
const SHOWN = 20;
const QUIESCE_MS = 40_000;
/** From the signal to the request of who goes on, 2 s; machines that run other tests beside this one may be late. */
const MAX_HANDOVER_MS = IS_LONG ? 2_000 : 4_000;

describe.skipIf(findNatsServer() === null)('workflows', { timeout: 2 * TIMEOUT_MS }, () => {
  let installation: WorkerInstallation;
  const receiver = heldReceiver();
  beforeAll(async () => {
    process.stdout.write(`ROCKET_SEED=${SEED}\n`);
    installation = await startWorkerInstallation({
      document: (url) => checkedDocument(`${url}/called`),
      receive: receiver.receive,
    });
    await watchTimers(installation.outside);
  });
  afterAll(() => installation?.dispose());

  test('31 and 33: do everything once, whatever fails', async () => {
    const { outside } = installation;
    const load = new InstanceLoad(installation, SEED);
    const startedMs = performance.now();
    const counts = await randomFaults(installation, { seed: SEED, forMs: FAULTS_MS });
    await load.stopCreating();
    const endedMs = performance.now();
    while (!(await isAtRest(outside)) && performance.now() - endedMs < QUIESCE_MS) await sleep(50);
    const restMs = Math.round(performance.now() - endedMs);
    await load.stop();
    const left = await leftBehind(outside);
    const wrong = [
      ...instanceFaults(left, load),
      ...load.twice.map((id) => `approval ${id} was decided twice`),
    ];
    const waits = left.timers.filter(({ step }) => step === 'rest').map(({ lateMs }) => lateMs);
    report('31 and 33', {
      ...{ faults: counts, faultsMs: Math.round(endedMs - startedMs), restMs },
      ...{ jobs: left.jobs.length, acknowledged: load.created.length, effects: left.effects.length },
      decided: countOf(left.approvals.map(({ status }) => status)),
      refused: Object.fromEntries(load.refused),
      waitedLateMs: { max: Math.round(Math.max(...waits)), median: Math.round(median(waits)) },
    });
    if (wrong.length > 0)
      process.stdout.write(`${installation.logged().join('\n')}\n${await activityOf(outside)}\n`);
    expect(wrong.slice(0, SHOWN)).toEqual([]);
    expect(waits.length).toBeGreaterThan(0);
  });

  test('35: a step that a worker leaves is taken by another one, with the same webhook-id', async () => {
    const { workers, url, token } = installation;
    // The long form also shows that a worker which went through all the faults still works.
    if (!IS_LONG) await installation.replaceWorker(0);
    const [first] = workers;
    await workers[1]?.end();
    const mutation = 'mutation { createCall(input: { title: "t" }) { errors { code } } }';
    expect(await askGraphql(url, mutation, { token })).toMatchObject({
      errors: [],
      data: { createCall: { errors: [] } },
    });
    await until(() => receiver.ids.length === 1);
    workers[1] = await installation.startWorker();
    const signalledMs = performance.now();
    const ended = first?.end('SIGTERM');
    await until(() => receiver.ids.length === 2);
    const handoverMs = Math.round(performance.now() - signalledMs);
    receiver.answer();
    const query = '{ workflowInstances(where: { workflow: { eq: "call" } }) { status } }';
    await until(async () => {
      const { data } = await askGraphql(url, query, { token, once: true });
      return JSON.stringify(data?.['workflowInstances']) === '[{"status":"COMPLETED"}]';
    });
    report('35', { handoverMs });
    expect(await ended).toMatchObject({ code: 0 });
    expect(new Set(receiver.ids).size).toBe(1);
    expect(receiver.ids).toHaveLength(2);
    expect(handoverMs).toBeLessThan(MAX_HANDOVER_MS);
  });
});

function countOf(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
