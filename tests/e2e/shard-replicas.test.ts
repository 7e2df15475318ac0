import { type Catalog, createLogger, openCatalog } from '@rocket/platform';
import { shardName } from '@rocket/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import { type ReplicatedPostgres, startReplicatedPostgres } from '../harness/servers/replicas.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';

const ADMIN = { email: 'admin@localhost', password: 'a-long-admin-password' };
const S1 = shardName('s1');

let postgres: ReplicatedPostgres;
let database: TestDatabase;
let directory: { path: string; dispose: () => Promise<void> };
let catalog: Catalog;
let gateway: RocketProcess;
let access: Record<string, string>;

beforeAll(async () => {
  [postgres, database, directory] = await Promise.all([
    startReplicatedPostgres(),
    createTestDatabase(),
    temporaryDirectory(),
  ]);
  const environment = { ROCKET_CATALOG_URL: database.url, ROCKET_DATA_DIR: directory.path };
  catalog = await openCatalog({ url: database.url, logger: createLogger({ level: 'silent', name: 'test' }) });
  // Without a server: into the catalog itself.
  const replicas = postgres.replicas.flatMap(({ url }) => ['--replica', url]);
  const added = await runRocket(
    ['shard', 'add', 's1', '--database', postgres.primary.url, ...replicas],
    environment,
  );
  expect(added).toMatchObject({ code: 0, stderr: '' });
  gateway = await startRocket(['gateway'], { ...environment, ROCKET_ADMIN_PASSWORD: ADMIN.password });
  await gateway.waitFor('/ready');
  const token = await signIn(gateway.url, ADMIN);
  access = { ROCKET_URL: gateway.url, ROCKET_TOKEN: token, ROCKET_DATA_DIR: directory.path };
});

afterAll(async () => {
  await gateway.end();
  await catalog.close();
  await Promise.all([postgres.dispose(), database.dispose(), directory.dispose()]);
});

test('a shard is added with its replicas, and adding it again without them leaves them', async () => {
  const { primary, replicas } = postgres;
  const again = await runRocket(['shard', 'add', 's1', '--database', primary.url], access);
  expect(again).toMatchObject({ code: 0 });
  expect(await catalog.shardRegistration(S1)).toMatchObject({ replicaUrls: replicas.map(({ url }) => url) });
});

test('the list shows each server, and what is wrong with it, but no password', async () => {
  const { primary, replicas } = postgres;
  await replicas[1].kill();
  const json = await runRocket(['shard', 'list', '--json'], access);
  expect(JSON.parse(json.stdout)).toMatchObject([
    {
      servers: [
        { name: primary.name, role: 'primary', up: true, used: true, problem: null },
        { name: replicas[0].name, role: 'replica', up: true, used: true, lagBytes: 0, problem: null },
        { name: replicas[1].name, role: 'unknown', up: false, used: false, problem: 'does not answer' },
      ],
    },
  ]);
  const table = await runRocket(['shard', 'list'], access);
  expect(table.stdout).toContain(
    `${primary.name}, ${replicas[0].name} (replica), ${replicas[1].name} (does not answer)`,
  );
  expect(json.stdout + table.stdout).not.toContain(new URL(primary.url).password);
});

test('replicas are replaced, and named as the primary after a promotion', async () => {
  const { primary, replicas } = postgres;
  const set = await runRocket(['shard', 'set-replicas', 's1', replicas[0].url], access);
  expect(set).toMatchObject({ code: 0, stdout: 's1 has 1 replica\n' });
  const swapped = await runRocket(
    ['shard', 'set-replicas', 's1', primary.url, '--database', replicas[0].url],
    access,
  );
  expect(swapped.code).toBe(0);
  expect(await catalog.shardRegistration(S1)).toMatchObject({
    databaseUrl: replicas[0].url,
    replicaUrls: [primary.url],
  });
});

test('an address that is none is refused, by the command and by the platform, without being repeated', async () => {
  const wrong = await runRocket(['shard', 'set-replicas', 's1', 'mysql://secret@db'], access);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('the address of a replica must be a URL');
  const { errors } = await askGraphql(
    `${gateway.url}/admin/graphql`,
    'mutation { setShardReplicas(name: "s1", replicaUrls: ["secret db"]) { name } }',
    { token: access['ROCKET_TOKEN'] ?? '' },
  );
  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['BAD_REQUEST']);
  expect(wrong.stderr + JSON.stringify(errors)).not.toContain('secret');
});
