/** Processes that share a Redis: they use it, and start and serve without it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import { findRedisServer, type RedisServer, startRedisServer } from '../harness/servers/redis-server.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';
import { until } from '../harness/until.ts';

const ADMIN = { email: 'admin@localhost', password: 'a-long-admin-password' };
const DOCUMENT = {
  version: 1,
  entities: [
    {
      name: 'author',
      table: 'authors',
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        { name: 'id', type: 'uuid', required: true },
        { name: 'name', type: 'string', required: true },
      ],
    },
  ],
  sample_data: { author: [{ id: '11111111-1111-4111-8111-111111111111', name: 'Ada' }] },
};
const binary = findRedisServer();

describe.skipIf(binary === null)('processes with a Redis', () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let app: string;
  let token: string;
  const running: RocketProcess[] = [];

  const environment = () => ({
    ROCKET_CATALOG_URL: database.url,
    ROCKET_DATA_DIR: directory.path,
    REDIS_URL: redis.url,
  });
  const start = async (args: readonly string[]): Promise<RocketProcess> => {
    const started = await startRocket(args, { ...environment(), ROCKET_ADMIN_PASSWORD: ADMIN.password });
    running.push(started);
    await started.waitFor('/health');
    return started;
  };
  const ask = ({ url }: RocketProcess) =>
    askGraphql(`${url}/apps/${app}/graphql`, '{ authors { name } }', { token });

  beforeAll(async () => {
    redis = await startRedisServer(binary ?? '');
    database = await createTestDatabase();
    directory = await temporaryDirectory();
    app = `library_${database.name.slice(-8)}`;
    await runRocket(['shard', 'add', 's1', '--database', database.serverUrl], environment());
    const gateway = await start(['gateway']);
    await start(['shard', '--name', 's1']);
    token = await signIn(gateway.url, ADMIN);
    const access = { ...environment(), ROCKET_URL: gateway.url, ROCKET_TOKEN: token };
    const run = await runRocket(['app', 'import', app, '-'], access, JSON.stringify(DOCUMENT));
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  afterAll(async () => {
    redis.thaw();
    const [gateway] = running;
    const access = { ...environment(), ROCKET_URL: gateway?.url ?? '', ROCKET_TOKEN: token };
    await runRocket(['app', 'remove', app, '--yes'], access);
    await Promise.all(running.map((each) => each.end()));
    await redis.dispose();
    await directory.dispose();
    await database.dispose();
  });

  test('keep documents and compositions there, and start and serve while it is frozen', async () => {
    const data = { authors: [{ name: 'Ada' }] };
    const [gateway] = running;
    if (gateway === undefined) throw new Error('there is no gateway');
    expect(await ask(gateway)).toMatchObject({ data, errors: [] });
    const kinds = async () => {
      const keys = (await redis.command('--scan')).split('\n');
      return new Set(keys.map((key) => key.replace(/^rocket:[0-9a-f]{16}:(\w+):.*$/, '$1')));
    };
    await until(async () => {
      const found = await kinds();
      return found.has('document') && found.has('composition');
    });

    redis.freeze();
    expect(await ask(gateway)).toMatchObject({ data, errors: [] });
    const second = await start(['gateway']);
    await second.waitFor('/ready');
    expect(await ask(second)).toMatchObject({ data, errors: [] });
    await until(() => second.output().includes('The shared cache does not answer'));

    redis.thaw();
    await until(() => second.output().includes('The shared cache answers again'));
  });
});
