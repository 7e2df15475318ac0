/** The clients that docs/partners.md shows, run as partners run them, while what they depend on is killed. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Catalog,
  createDatabase,
  createLogger,
  databaseUrl,
  openCatalog,
  type PooledDatabase,
} from '@rocket/platform';
import { appName } from '@rocket/schema';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { PartnerClient } from '../harness/partner-client.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { findNatsServer, type NatsServer, startNatsServer } from '../harness/servers/nats-server.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';
import { until } from '../harness/until.ts';

const natsServer = findNatsServer();
const logger = createLogger({ level: 'silent', name: 'test' });
const ADMIN = { email: 'admin@localhost', password: 'a-long-admin-password' };
const PARTNER = { email: 'partner@example.com', password: 'a "long" \\ password' };
/** More than a page of the snapshot. */
const SAMPLE_ROWS = 150;
const WRITE_EVERY_MS = 20;
/** How long the writer writes on through each fault. */
const MEANWHILE_MS = 500;
/** Until what clients have been told is in their files. */
const SETTLE_MS = 20_000;
/** What the user of the clients may see. */
const VISIBLE = `SELECT json_object_agg(id, json_build_object('name', name, 'email', email, 'status', status))::text
                 FROM customers WHERE status = 'ACTIVE'`;

const field = (name: string, type = 'string') => ({ name, type, required: name !== 'email' });
const CUSTOMERS = {
  version: 1,
  entities: [
    {
      ...{ name: 'customer', table: 'customers' },
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [field('id', 'uuid'), field('name'), field('email'), field('status')],
    },
  ],
  permissions: [
    {
      ...{ entity: 'customer', action: 'read', roles: ['partner'] },
      conditions: [{ field: 'status', operator: 'eq', value: 'ACTIVE' }],
    },
  ],
  sample_data: {
    customer: Array.from({ length: SAMPLE_ROWS }, (_, at) => ({
      ...{ id: randomUUID(), name: `Sample ${at}`, status: 'ACTIVE' },
    })),
  },
};

describe.skipIf(natsServer === null)('the clients of docs/partners.md', () => {
  let database: TestDatabase;
  let nats: NatsServer;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let catalog: Catalog;
  /** Past the product: the database of the app. */
  let outside: PooledDatabase;
  let gateway: RocketProcess;
  let shard: RocketProcess;
  let app: string;
  let token: string;
  let partnerId: string;
  let clients: readonly PartnerClient[];

  const settings = () => ({
    ...{ ROCKET_CATALOG_URL: database.url, ROCKET_DATA_DIR: directory.path, NATS_URL: nats.url },
    ROCKET_ADMIN_PASSWORD: ADMIN.password,
  });
  const access = () => ({ ...settings(), ROCKET_URL: gateway.url, ROCKET_TOKEN: token });
  const { rocket, succeed } = rocketCommands(access);

  async function replaceGateway(signal: NodeJS.Signals): Promise<void> {
    await gateway.end(signal);
    gateway = await startRocket(['gateway'], { ...settings(), PORT: new URL(gateway.url).port });
    await gateway.waitFor('/ready');
  }

  /** @returns the key, or null when it is not known whether it was written, as the gateway is being replaced */
  async function write(mutation: string): Promise<string | null> {
    const query = `mutation { it: ${mutation} { customer { id } } }`;
    const url = `${gateway.url}/apps/${app}/graphql`;
    try {
      const { data } = await askGraphql(url, query, { token, once: true });
      const it = data?.['it'] as { customer: { id: string } | null } | null | undefined;
      return it?.customer?.id ?? null;
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
  }

  const create = (name: string) => write(`createCustomer(input: { name: "${name}", status: "ACTIVE" })`);

  function startWriter(): { stop(): Promise<void> } {
    const keys: string[] = CUSTOMERS.sample_data.customer.map(({ id }) => id);
    let isStopped = false;
    const run = async () => {
      for (let at = 0; !isStopped; at += 1) {
        const key = keys[(at * 7) % keys.length] ?? '';
        const patch = (fields: string) => write(`updateCustomer(id: "${key}", patch: { ${fields} })`);
        if (at % 5 === 0) keys.push((await create(`Written \\"${at}\\" ü`)) ?? key);
        else if (at % 5 === 1) await write(`deleteCustomer(id: "${key}")`);
        else if (at % 5 === 2) await patch(`status: "HIDDEN"`);
        else if (at % 5 === 3) await patch(`status: "ACTIVE", email: null`);
        else await patch(`name: "Renamed ${at}", email: "${at}@example.com"`);
        await sleep(WRITE_EVERY_MS);
      }
    };
    const ended = run();
    return {
      stop() {
        isStopped = true;
        return ended;
      },
    };
  }

  /** Both clients have a record that is written now, and so all that was written before. */
  async function untilCaughtUp(): Promise<void> {
    let key: string | null = null;
    await until(async () => {
      key ??= await create('Marker');
      return key !== null;
    });
    await until(async () => {
      const copies = await Promise.all(clients.map((client) => client.copy()));
      return copies.every((copy) => copy.has(key ?? ''));
    });
  }

  async function expectCopies(): Promise<void> {
    const [[json] = []] = await outside.query({ text: VISIBLE, values: [] });
    const visible = new Map(Object.entries(JSON.parse(String(json))));
    expect(visible.size).toBeGreaterThan(SAMPLE_ROWS / 2);
    // The marker can be among the first rows of a snapshot.
    for (const client of clients) {
      await expect.poll(() => client.copy(), { timeout: SETTLE_MS }).toEqual(visible);
    }
  }

  /** The lines of one metric of the gateway. */
  async function metric(name: string): Promise<readonly string[]> {
    const answer = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    return (await answer.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    nats = await startNatsServer(natsServer ?? '');
    directory = await temporaryDirectory();
    app = `partners_${database.name.slice(-8)}`;
    await rocketCommands(settings).succeed(['shard', 'add', 's1', '--database', database.serverUrl]);
    shard = await startRocket(['shard', '--name', 's1'], settings());
    gateway = await startRocket(['gateway'], settings());
    await Promise.all([gateway.waitFor('/ready'), shard.waitFor('/ready')]);
    token = await signIn(gateway.url, ADMIN);
    await succeed(['app', 'import', app, '-'], JSON.stringify(CUSTOMERS));
    const user = ['user', 'add', PARTNER.email, '--app', app, '--role', 'partner'];
    const added = await succeed([...user, '--password-stdin', '--json'], `${PARTNER.password}\n`);
    partnerId = JSON.parse(added).id;
    catalog = await openCatalog({ url: database.url, logger });
    const placement = (await catalog.snapshot()).shardMap.placements.get(appName(app));
    outside = createDatabase({ url: databaseUrl(database.serverUrl, placement?.database ?? ''), logger });
    const environment = {
      ...{ ROCKET_URL: gateway.url, ROCKET_APP: app, ROCKET_USER_APP: app },
      ...{ ROCKET_EMAIL: PARTNER.email, ROCKET_PASSWORD: PARTNER.password },
    };
    clients = (['follow.ts', 'follow.sh'] as const).map(
      (program) => new PartnerClient({ program, environment, file: join(directory.path, program) }),
    );
    for (const client of clients) client.start();
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.kill9()));
    await outside.close();
    await catalog.close();
    await rocket(['app', 'remove', app, '--yes', '--force']);
    await Promise.all([gateway.end(), shard.end()]);
    await nats.dispose();
    await directory.dispose();
    await database.dispose();
  });

  test('have what their user may see after everything was killed, and the token was revoked', async () => {
    await untilCaughtUp();
    const writer = startWriter();
    await sleep(MEANWHILE_MS);
    await replaceGateway('SIGKILL');
    await untilCaughtUp();

    for (const client of clients) await client.kill9();
    await sleep(MEANWHILE_MS);
    for (const client of clients) client.start();
    await untilCaughtUp();

    await nats.kill9();
    await sleep(MEANWHILE_MS);
    await nats.start();
    await untilCaughtUp();

    await catalog.revokeAppUser({ app: appName(app), userId: partnerId, aheadSeconds: 0 });
    await until(async () => {
      const closes = (await metric('rocket_stream_closes_total')).join();
      return [/websocket",code="4440"} [1-9]/, /sse",code="UNAUTHENTICATED"} [1-9]/].every((end) =>
        end.test(closes),
      );
    });
    await untilCaughtUp();
    expect(await metric('rocket_changes_resyncs_total')).toEqual([]);

    await replaceGateway('SIGTERM');
    await sleep(MEANWHILE_MS);
    await writer.stop();
    await untilCaughtUp();
    await expectCopies();
  });

  test('begin anew when the stream no longer has what they have missed', async () => {
    for (const client of clients) await client.kill9();
    for (const { id } of CUSTOMERS.sample_data.customer.slice(0, 20)) {
      await write(`deleteCustomer(id: "${id}")`);
    }
    await create('Unseen');
    const connection = await connect({ servers: nats.host });
    await (await connection.jetstreamManager()).streams.purge('ROCKET_EVENTS');
    await connection.close();
    // What it has in memory would do for the clients.
    await replaceGateway('SIGKILL');
    for (const client of clients) client.start();
    await untilCaughtUp();
    await expectCopies();
    expect(await metric('rocket_changes_resyncs_total')).toEqual([
      'rocket_changes_resyncs_total{reason="expired"} 2',
    ]);
  });
});
