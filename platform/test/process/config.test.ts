import { expect, test } from 'vitest';
import { loadConfig, readProcessEnvironment } from '../../src/index.ts';

test('nothing set gives the defaults, and the result cannot be changed', () => {
  const config = loadConfig({});
  expect(config).toEqual({
    port: 4000,
    host: '0.0.0.0',
    dataDir: '.rocket',
    demo: true,
    adminEmail: 'admin@localhost',
    adminPassword: null,
    databaseUrl: null,
    catalogUrl: null,
    shardUrl: null,
    logLevel: 'info',
    requestTimeoutMs: 30_000,
    maxBodyBytes: 1_048_576,
    maxConnections: 10_000,
    poolMaxPerApp: 50,
    poolMaxPerProcess: 200,
    poolAcquireTimeoutMs: 5_000,
    slowQueryMs: 100,
    pgbouncer: false,
    preparedStatements: true,
    introspection: true,
    metricsToken: null,
    metricsPort: null,
    metricsHost: '127.0.0.1',
    corsOrigins: [],
    outgoingAllow: [],
    webhookVariables: new Map(),
    webhookTimeoutMs: 5_000,
    webhookDeliveryTimeoutMs: 30_000,
    webhookLogDays: 7,
    moveKeepHours: 24,
    movePatienceMinutes: 10,
    webhookDisableAfterHours: 120,
    eventsMaxWaiting: 1_000_000,
    natsUrls: [],
    natsCreds: null,
    natsCa: null,
    natsCert: null,
    natsKey: null,
    eventsRetentionDays: 7,
    eventsReplicas: 1,
    eventsMaxBytes: null,
    cache: true,
    cacheMaxBytes: 134_217_728,
    cacheMaxEntryBytes: 1_048_576,
    cacheTtlSeconds: 600,
    redisUrl: null,
    platformUrl: null,
    platformToken: null,
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('the catalog is a database of the server unless it is named', () => {
  const server = 'postgres://u:p@db:5432/postgres?sslmode=require';
  expect(loadConfig({ DATABASE_URL: server }).catalogUrl).toBe(
    'postgres://u:p@db:5432/rocket_catalog?sslmode=require',
  );
  const own = 'postgres://other/catalog';
  expect(loadConfig({ DATABASE_URL: server, ROCKET_CATALOG_URL: own }).catalogUrl).toBe(own);
});

test.each([
  ['postgres://u:p@db:5432', 'postgres://u:p@db:5432/postgres', 'postgres://u:p@db:5432/rocket_catalog'],
  ['postgres://db/?sslmode=require', 'postgres://db/postgres?sslmode=require', undefined],
  ['postgres://db/own/', 'postgres://db/own', undefined],
  ['postgres://db/own', 'postgres://db/own', undefined],
])(
  'an address without a database, or with a slash at its end, is completed: %s',
  (given, server, catalog) => {
    expect(loadConfig({ DATABASE_URL: given }).databaseUrl).toBe(server);
    if (catalog !== undefined) expect(loadConfig({ ROCKET_CATALOG_URL: given }).catalogUrl).toBe(catalog);
  },
);

test('a variable set to nothing is unset', () => {
  expect(loadConfig({ PORT: '', REDIS_URL: '', ROCKET_DEMO: '' })).toEqual(loadConfig({}));
});

test.each([
  ['PORT', '65536'],
  ['PORT', '4e3'],
  ['ROCKET_DEMO', 'yes'],
  ['DATABASE_URL', 'mysql://db/x'],
  ['ROCKET_CATALOG_URL', 'rocket_catalog'],
  ['ROCKET_SHARD_URL', 'localhost:4100'],
  ['ROCKET_LOG_LEVEL', 'loud'],
  ['ROCKET_REQUEST_TIMEOUT_MS', '0'],
  ['ROCKET_MAX_BODY_BYTES', '-1'],
  ['ROCKET_MAX_CONNECTIONS', '0'],
  ['ROCKET_METRICS_TOKEN', 'short'],
  ['ROCKET_METRICS_PORT', '70000'],
  ['ROCKET_POOL_MAX_PER_APP', '1.5'],
  ['ROCKET_POOL_ACQUIRE_TIMEOUT_MS', '5001'],
  ['ROCKET_SLOW_QUERY_MS', '-1'],
  ['ROCKET_PGBOUNCER', 'true'],
  ['ROCKET_PREPARED_STATEMENTS', 'on'],
  ['ROCKET_ADMIN_EMAIL', 'admin'],
  ['ROCKET_CORS_ORIGINS', 'https://app.example.org/path'],
  ['ROCKET_CORS_ORIGINS', 'app.example.org'],
  ['ROCKET_OUTGOING_ALLOW', 'localhost'],
  ['ROCKET_OUTGOING_ALLOW', '10.0.0.0/33'],
  ['ROCKET_WEBHOOK_ENV', 'HOOK KEY'],
  ['ROCKET_WEBHOOK_TIMEOUT_MS', '0'],
  ['NATS_URL', 'http://nats'],
  ['NATS_URL', 'nats://a,b:4222'],
  ['NATS_CERT', '/etc/nats/client.pem'],
  ['NATS_KEY', '/etc/nats/client.key'],
  ['ROCKET_EVENTS_RETENTION_DAYS', '0'],
  ['ROCKET_EVENTS_REPLICAS', '6'],
  ['ROCKET_EVENTS_MAX_BYTES', '1000'],
  ['ROCKET_CACHE', 'off'],
  ['ROCKET_CACHE_MAX_BYTES', '1048575'],
  ['ROCKET_CACHE_MAX_ENTRY_BYTES', '0'],
  ['ROCKET_CACHE_TTL_SECONDS', '0'],
  ['REDIS_URL', 'redis'],
  ['ROCKET_URL', 'ftp://x'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => loadConfig({ [name]: value })).toThrow(name);
});

test('behind PgBouncer statements are prepared only when told to', () => {
  expect(loadConfig({ ROCKET_PGBOUNCER: '1' }).preparedStatements).toBe(false);
  expect(loadConfig({ ROCKET_PGBOUNCER: '1', ROCKET_PREPARED_STATEMENTS: '1' }).preparedStatements).toBe(
    true,
  );
  expect(loadConfig({ ROCKET_PREPARED_STATEMENTS: '0' }).preparedStatements).toBe(false);
});

test('origins are a list', () => {
  const { corsOrigins } = loadConfig({ ROCKET_CORS_ORIGINS: 'https://a.example.org, http://localhost:5173' });
  expect(corsOrigins).toEqual(['https://a.example.org', 'http://localhost:5173']);
  expect(loadConfig({ ROCKET_CORS_ORIGINS: '*' }).corsOrigins).toEqual(['*']);
});

test('webhooks get the variables that are allowed and set, and no others', () => {
  const { webhookVariables, outgoingAllow } = loadConfig({
    ROCKET_WEBHOOK_ENV: 'HOOK_KEY, OTHER, EMPTY',
    ROCKET_OUTGOING_ALLOW: '127.0.0.0/8, private',
    HOOK_KEY: 'k',
    EMPTY: '',
    SECRET: 's',
  });
  expect([...webhookVariables]).toEqual([['HOOK_KEY', 'k']]);
  expect(outgoingAllow).toEqual(['127.0.0.0/8', 'private']);
});

test('NATS servers are a list', () => {
  const { natsUrls } = loadConfig({ NATS_URL: 'nats://rocket:pw@nats-1:4222, tls://nats-2' });
  expect(natsUrls).toEqual(['nats://rocket:pw@nats-1:4222', 'tls://nats-2']);
  expect(loadConfig({ NATS_CERT: 'a', NATS_KEY: 'b' })).toMatchObject({ natsCert: 'a', natsKey: 'b' });
});

test('all faults are told at once, without the values', () => {
  const load = () => loadConfig({ PORT: 'x', DATABASE_URL: 'mysql://root:hunter2@db/x' });
  expect(load).toThrow(/PORT .*; DATABASE_URL /);
  expect(load).not.toThrow('hunter2');
});

test('a value that is not in UTF-8 is refused by name', () => {
  expect(() => loadConfig({ ROCKET_ADMIN_PASSWORD: 'gr\uFFFD\uFFFDe' })).toThrow(
    'Wrong settings in the environment: ROCKET_ADMIN_PASSWORD is not in UTF-8',
  );
});

test('the environment of the process is a copy', () => {
  const environment = readProcessEnvironment();
  environment['ROCKET_TEST_ONLY'] = '1';
  expect(readProcessEnvironment()['ROCKET_TEST_ONLY']).toBeUndefined();
});
