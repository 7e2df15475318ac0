/** Receivers that answer in every bad way, beside nine that work: those notice nothing of them. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAD_PATHS, type BadReceiver, startBadReceiver } from '../harness/bad-receiver.ts';
import { askGraphql } from '../harness/graphql-client.ts';
import { noteEntity } from '../harness/note-entity.ts';
import { findNatsServer } from '../harness/servers/nats-server.ts';
import { until } from '../harness/until.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';
import { startWorkerInstallation, type WorkerInstallation } from './support/worker-installation.ts';

const HEALTHY = Array.from({ length: 9 }, (_, index) => `/healthy-${index}`);
const STATUSES: Readonly<Record<string, number>> = {
  ...{ '/moved': 302, '/gone': 410, '/busy': 429, '/broken': 500, '/away': 503, '/refused': 400 },
};
const ROUNDS = IS_LONG ? 100 : 6;
/** Of a process that has just started; ten times as many requests take hardly more. */
const MAX_GROWTH_BYTES = 512 * 1024 ** 2;
const DELIVERY_TIMEOUT_MS = 2_000;

describe.skipIf(findNatsServer() === null)('receivers', { timeout: 2 * TIMEOUT_MS }, () => {
  let installation: WorkerInstallation;
  let bad: BadReceiver;
  /** By path: the texts of the records that came. */
  const came = new Map<string, Set<string>>();
  let redirected = 0;
  const webhook = (url: string, path: string) => ({
    ...{ entity: 'note', hook: 'after_write', url: `${url}${path}`, condition: `record.to == '${path}'` },
  });
  beforeAll(async () => {
    bad = await startBadReceiver();
    installation = await startWorkerInstallation({
      document: (url) => ({
        version: 1,
        entities: [noteEntity({ name: 'to', type: 'string' }, { name: 'title', type: 'string' })],
        webhooks: [
          ...[...HEALTHY, ...Object.keys(STATUSES)].map((path) => webhook(url, path)),
          ...BAD_PATHS.map((path) => webhook(bad.url, path)),
        ],
      }),
      receive: (request, response) => {
        const { url: path = '' } = request;
        if (path === '/elsewhere') redirected += 1;
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { record } = JSON.parse(Buffer.concat(chunks).toString());
          came.set(path, (came.get(path) ?? new Set()).add(record.title));
          response.writeHead(STATUSES[path] ?? 204, { location: '/elsewhere', 'retry-after': '30' }).end();
        });
      },
      environment: { ROCKET_WEBHOOK_DELIVERY_TIMEOUT_MS: String(DELIVERY_TIMEOUT_MS) },
    });
  });
  afterAll(async () => {
    await installation?.dispose();
    await bad?.close();
  });

  test('34: those that work get everything, whatever the others do', async () => {
    const { outside, workers, url, token } = installation;
    const grown = await watchMemory(workers.map(({ pid }) => pid));
    const paths = [...BAD_PATHS, ...Object.keys(STATUSES), ...HEALTHY];
    const written = new Map(paths.map((path) => [path, new Set<string>()]));
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(
        paths.map(async (path) => {
          const title = `${path} ${round}`;
          const mutation = `mutation { it: createNote(input: { to: "${path}", title: "${title}" }) { errors { code } } }`;
          const { data } = await askGraphql(url, mutation, { token, once: true });
          expect(data).toEqual({ it: { errors: [] } });
          written.get(path)?.add(title);
        }),
      );
    }
    const writtenMs = performance.now();
    for (const path of HEALTHY) await until(() => (came.get(path)?.size ?? 0) >= ROUNDS);
    const lateMs = Math.round(performance.now() - writtenMs);
    for (const path of HEALTHY) expect(came.get(path)).toEqual(written.get(path));
    // Long enough for those that take all the time that they are given.
    await sleep(2 * DELIVERY_TIMEOUT_MS);
    const rows = await outside.query({
      text: `SELECT e.url, e.disabled_reason, e.failing_since IS NOT NULL, array_agg(DISTINCT d.status), count(*)::int
             FROM _webhook_deliveries d JOIN _webhook_endpoints e ON e.id = d.endpoint_id GROUP BY 1, 2, 3`,
      values: [],
    });
    const states = new Map(rows.map(([address, ...state]) => [new URL(String(address)).pathname, state]));
    const most = await grown();
    report('34', {
      ...{ endpoints: paths.length, writes: paths.length * ROUNDS, lateMs, redirected },
      grownMb: most >> 20,
    });
    // Nothing is lost of anybody's: each delivery is there.
    for (const path of paths) expect([path, states.get(path)?.at(-1)]).toEqual([path, ROUNDS]);
    // On a busy machine an answer of theirs may be late too: then it comes once more.
    for (const path of HEALTHY)
      expect([path, states.get(path)?.[0], states.get(path)?.[2]]).toEqual([
        ...[path, null, expect.not.arrayContaining(['failed'])],
      ]);
    expect(states.get('/gone')?.slice(0, 3)).toEqual(['gone', expect.anything(), ['failed']]);
    for (const path of ['/silent', '/moved', '/broken', '/garbage', '/reset-in-body', '/busy'])
      expect([path, ...(states.get(path) ?? []).slice(0, 2)]).toEqual([path, null, true]);
    expect(redirected).toBe(0);
    expect(most).toBeLessThan(MAX_GROWTH_BYTES);
  });
});

/** @returns stops, and gives the most that one of the processes has grown by, in bytes */
async function watchMemory(pids: readonly number[]): Promise<() => Promise<number>> {
  const before = await Promise.all(pids.map(residentBytes));
  let most = 0;
  const look = async () => {
    const now = await Promise.all(pids.map(residentBytes));
    most = Math.max(most, ...now.map((bytes, index) => bytes - (before[index] ?? 0)));
  };
  const timer = setInterval(() => void look(), 100);
  return async () => {
    clearInterval(timer);
    await look();
    return most;
  };
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}
