/** A worker as a process of its own. */
import { connect } from 'nats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findNatsServer, type NatsServer, startNatsServer } from '../harness/servers/nats-server.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';

const natsServer = findNatsServer();

let database: TestDatabase;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const processes: RocketProcess[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  directory = await temporaryDirectory();
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.end()));
  await database.dispose();
  await directory.dispose();
});

const environment = () => ({ ROCKET_CATALOG_URL: database.url, ROCKET_DATA_DIR: directory.path });

test('a worker is refused where no events would come to it', async () => {
  const run = await runRocket(['worker'], environment());
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toContain('NATS_URL is not set');
});

describe.skipIf(natsServer === null)('workers on NATS', () => {
  let nats: NatsServer;
  beforeEach(async () => {
    nats = await startNatsServer(natsServer ?? '');
  });
  afterEach(() => nats.dispose());

  const start = async (): Promise<RocketProcess> => {
    const worker = await startRocket(['worker'], { ...environment(), NATS_URL: nats.url });
    processes.push(worker);
    await worker.waitFor('/ready');
    return worker;
  };

  test('share a consumer, say how they are, and stop in order', async () => {
    const [first, second] = [await start(), await start()];
    const connection = await connect({ servers: nats.host });
    const manager = await connection.jetstreamManager();
    const consumers = await manager.consumers.list('ROCKET_EVENTS').next();
    // Others end with the worker that reads by them.
    const found = consumers.flatMap(({ config }) => config.durable_name ?? []);
    await connection.close();
    expect(found).toEqual(['webhooks', 'workflows']);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    expect(await (await fetch(`${second.url}/metrics`)).text()).toContain('process_cpu_seconds_total');
    expect((await fetch(`${first.url}/internal/operation`, { method: 'POST' })).status).toBe(404);
    expect(await first.end()).toMatchObject({ code: 0 });
  });

  test('is not ready while the stream is away', async () => {
    const worker = await start();
    await nats.stop();
    await expect.poll(async () => (await fetch(`${worker.url}/ready`)).status, { timeout: 10_000 }).toBe(503);
    expect((await fetch(`${worker.url}/health`)).status).toBe(200);
  });
});
