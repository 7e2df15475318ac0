import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const SETTINGS = { ROCKET_DEMO: '0', ROCKET_ADMIN_PASSWORD: 'long enough' };
const LOGIN = { email: 'admin@localhost', password: 'long enough' };

/** Both at once, as the second one waits for many attempts. */
async function startServer(onTestFinished: TestContext['onTestFinished']) {
  const directory = await temporaryDirectory();
  const server = await startRocket(['start'], { ...SETTINGS, ROCKET_DATA_DIR: directory.path });
  onTestFinished(async () => {
    await server.end();
    await directory.dispose();
  });
  await server.waitFor('/ready');
  return { server, home: await homeOf(directory.path) };
}

/** The home of the embedded server, which is elsewhere when its user cannot reach the data directory. */
async function homeOf(directory: string): Promise<string> {
  return await readFile(join(directory, 'postgres.location'), 'utf8').then(
    (text) => text.trim(),
    () => join(directory, 'postgres'),
  );
}

async function killPostgres(home: string): Promise<void> {
  const [pid] = (await readFile(join(home, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

test.concurrent('after a kill -9 of its Postgres the product answers again by itself, with its data', async ({
  expect,
  onTestFinished,
}) => {
  const { server, home } = await startServer(onTestFinished);
  await killPostgres(home);
  const unready = () => fetch(`${server.url}/ready`).then((response) => response.status);
  await expect.poll(unready, { interval: 10 }).toBe(503);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  await server.waitFor('/ready');
  const token = await signIn(server.url, LOGIN);
  const { data, errors } = await askGraphql(`${server.url}/admin/graphql`, '{ shards { name } }', { token });
  expect({ data, errors }).toEqual({ data: { shards: [{ name: 's1' }, { name: 's2' }] }, errors: [] });
  expect(server.output()).toContain('the embedded PostgreSQL runs again');
});

test.concurrent('when its Postgres cannot be brought back the process ends with an error', async ({
  expect,
  onTestFinished,
}) => {
  const { server, home } = await startServer(onTestFinished);
  await rm(join(home, 'cluster', 'PG_VERSION'));
  await killPostgres(home);
  const { code, stderr } = await server.finished;
  expect(code).toBe(1);
  expect(stderr).toContain('rocket: The embedded PostgreSQL has ended and could not be started again');
});
