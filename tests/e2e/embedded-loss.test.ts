import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const SETTINGS = { ROCKET_DEMO: '0', ROCKET_ADMIN_PASSWORD: 'long enough' };
const LOGIN = { email: 'admin@localhost', password: 'long enough' };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: RocketProcess;

beforeEach(async () => {
  directory = await temporaryDirectory();
  server = await startRocket(['start'], { ...SETTINGS, ROCKET_DATA_DIR: directory.path });
  await server.waitFor('/ready');
});

afterEach(async () => {
  await server.end();
  await directory.dispose();
});

/** The home of the embedded server, which is elsewhere when its user cannot reach the data directory. */
async function home(): Promise<string> {
  return await readFile(join(directory.path, 'postgres.location'), 'utf8').then(
    (text) => text.trim(),
    () => join(directory.path, 'postgres'),
  );
}

async function killPostgres(): Promise<void> {
  const [pid] = (await readFile(join(await home(), 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

test('after a kill -9 of its Postgres the product answers again by itself, with its data', async () => {
  await killPostgres();
  const unready = () => fetch(`${server.url}/ready`).then((response) => response.status);
  await expect.poll(unready, { interval: 10 }).toBe(503);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  await server.waitFor('/ready');
  const token = await signIn(server.url, LOGIN);
  const { data, errors } = await askGraphql(`${server.url}/admin/graphql`, '{ shards { name } }', { token });
  expect({ data, errors }).toEqual({ data: { shards: [{ name: 's1' }, { name: 's2' }] }, errors: [] });
  expect(server.output()).toContain('the embedded PostgreSQL runs again');
});

test('when its Postgres cannot be brought back the process ends with an error', async () => {
  await rm(join(await home(), 'cluster', 'PG_VERSION'));
  await killPostgres();
  const { code, stderr } = await server.finished;
  expect(code).toBe(1);
  expect(stderr).toContain('rocket: The embedded PostgreSQL has ended and could not be started again');
});
