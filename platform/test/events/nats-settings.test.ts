import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { connect, nkeys } from 'nats';
import { afterEach, describe, expect, test } from 'vitest';
import { findProgram } from '../../../tests/harness/servers/find-program.ts';
import { type NatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { temporaryDirectory } from '../../../tests/harness/servers/rocket-process.ts';
import { until } from '../../../tests/harness/until.ts';
import {
  applyEvents,
  checkEvents,
  createLogger,
  type EventBus,
  type NatsOptions,
  openNatsBus,
} from '../../src/index.ts';
import {
  caughtUp,
  consumeWith,
  natsOptions,
  natsServer,
  numbered,
  publishAll,
  record,
} from '../support/event-buses.ts';
import { codeOf } from '../support/fixtures.ts';

const openssl = findProgram('openssl');

const DAY_SECONDS = 86_400;
const MIB = 1024 * 1024;

/** An authority, and a certificate of localhost that is good for both sides. */
async function makeCertificates(binary: string, directory: string) {
  const [ca, caKey, cert, key] = ['ca.pem', 'ca.key', 'host.pem', 'host.key'].map(
    (name) => `${directory}/${name}`,
  );
  if (ca === undefined || caKey === undefined || cert === undefined || key === undefined)
    throw new Error('names');
  const make = (subject: string, rest: readonly string[]) =>
    promisify(execFile)(binary, [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', subject],
      ...rest,
    ]);
  await make('/CN=rocket test authority', ['-keyout', caKey, '-out', ca]);
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  await make('/CN=localhost', ['-addext', names, '-CA', ca, '-CAkey', caKey, '-keyout', key, '-out', cert]);
  return { ca, cert, key };
}

describe.skipIf(natsServer === null)('the settings of a JetStream server', () => {
  const closing: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function start(settings = '', started = true): Promise<NatsServer> {
    const server = await startNatsServer(natsServer ?? '', { settings, started });
    closing.push(() => server.dispose());
    return server;
  }

  async function open(options: NatsOptions): Promise<EventBus> {
    const bus = await openNatsBus(options);
    closing.push(() => bus.close());
    return bus;
  }

  async function manager(server: NatsServer) {
    const connection = await connect({ servers: server.url });
    closing.push(() => connection.close());
    return await connection.jetstreamManager();
  }

  test('without a server the bus is down, and comes up by itself with it', async () => {
    const server = await start('', false);
    const bus = await open(natsOptions(server));
    expect(bus.state()).toMatchObject({ kind: 'down', reason: 'connection refused' });
    const followed = record(bus, { kind: 'after', position: 0 });
    const handled: string[] = [];
    const consumer = bus.consume(
      consumeWith({
        handle: async ({ payload }) => {
          handled.push(payload);
          return undefined;
        },
      }),
    );
    closing.push(() => consumer.close(0));
    const [outcome] = await bus.publish(numbered(1, 1));
    expect(outcome).toMatchObject({ ok: false, reason: 'unavailable' });
    await server.start();
    await consumer.ready;
    await publishAll(bus, numbered(1, 2));
    await until(() => handled.length === 2);
    await caughtUp(followed);
    await until(() => followed.messages.length === 2);
  });

  test('a server without JetStream leaves the bus down', async () => {
    const server = await start('jetstream: disabled');
    const bus = await open(natsOptions(server));
    expect(bus.state().kind).toBe('down');
  });

  test('several processes that start at once make one stream and one consumer', async () => {
    const server = await start();
    const buses = await Promise.all(Array.from({ length: 8 }, () => open(natsOptions(server))));
    const consumers = buses.map((bus) => bus.consume(consumeWith({})));
    closing.push(() => Promise.all(consumers.map((consumer) => consumer.close(0))));
    await Promise.all(consumers.map(({ ready }) => ready));
    expect(await checkEvents({ ...natsOptions(server), consumers: [consumeWith({})] })).toEqual([]);
    const { config } = await (await manager(server)).streams.info('ROCKET_EVENTS');
    expect(config).toMatchObject({
      subjects: ['rocket.>'],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      max_bytes: -1,
      duplicate_window: 600e9,
      max_age: 7 * DAY_SECONDS * 1e9,
    });
  });

  test('what differs is listed, a start leaves it, and what can be changed is changed when told', async () => {
    const server = await start();
    const { streams, consumers } = await manager(server);
    const options = { ...natsOptions(server), consumers: [consumeWith({ ackWaitMs: 20_000 })] };
    expect(await checkEvents(options)).toEqual([
      { object: 'stream', setting: 'exists', is: 'no', wanted: 'yes', change: 'online' },
      { object: 'consumer workers', setting: 'exists', is: 'no', wanted: 'yes', change: 'online' },
    ]);
    await streams.add({
      name: 'ROCKET_EVENTS',
      subjects: ['rocket.ev.>'],
      storage: 'memory',
      discard: 'old',
      max_age: DAY_SECONDS * 1e9,
      max_msgs_per_subject: 3,
    } as never);
    await consumers.add('ROCKET_EVENTS', {
      durable_name: 'workers',
      ack_policy: 'explicit',
      filter_subject: 'rocket.ev.>',
      ack_wait: 1e9,
    } as never);
    const lines: string[] = [];
    const logger = createLogger({
      level: 'warn',
      name: 'test',
      destination: { write: (line) => lines.push(line) },
    });
    await (await open({ ...options, logger })).close();
    expect(lines.join()).toContain('other settings than wanted');

    const found = await checkEvents(options);
    expect(
      found.map(({ object, setting, is, wanted, change }) => [object, setting, is, wanted, change]),
    ).toEqual([
      ['stream', 'storage', 'memory', 'file', 'needs recreation'],
      ['stream', 'subjects', 'rocket.ev.>', 'rocket.>', 'online'],
      ['stream', 'max_age', '86400 s', '604800 s', 'online'],
      ['stream', 'discard', 'old', 'new', 'online'],
      ['stream', 'max_msgs_per_subject', '3', '-1', 'online'],
      ['stream', 'duplicate_window', '120 s', '600 s', 'online'],
      ['stream', 'allow_direct', 'none', 'true', 'online'],
      ['consumer workers', 'ack_wait', '1 s', '20 s', 'online'],
      ['consumer workers', 'max_ack_pending', '1000', '200000', 'online'],
    ]);
    expect((await applyEvents(options)).map(({ setting }) => setting)).toEqual(['storage']);
    expect((await checkEvents(options)).map(({ setting }) => setting)).toEqual(['storage']);
  });

  test('what is missing is made when told', async () => {
    const server = await start();
    const options = { ...natsOptions(server), consumers: [consumeWith({})] };
    expect(await applyEvents(options)).toEqual([]);
    expect(
      (await (await manager(server)).consumers.info('ROCKET_EVENTS', 'workers')).config.filter_subject,
    ).toBe('rocket.ev.>');
  });

  test('a consumer of somebody else is not used', async () => {
    const server = await start();
    const bus = await open(natsOptions(server));
    await (await manager(server)).consumers.add('ROCKET_EVENTS', {
      durable_name: 'workers',
      ack_policy: 'none',
      deliver_subject: 'elsewhere',
    } as never);
    const consumer = bus.consume(consumeWith({}));
    closing.push(() => consumer.close(0));
    expect(await codeOf(consumer.ready)).toBe('CONFLICT');
    await expect(consumer.ready).rejects.toThrow(
      /ack_policy is none, not explicit; deliver_subject is elsewhere/,
    );
  });

  test('a bound of the stream on a server that cannot keep it is warned of', async () => {
    const server = await start();
    const lines: string[] = [];
    const logger = createLogger({
      level: 'warn',
      name: 'test',
      destination: { write: (line) => lines.push(line) },
    });
    await open({ ...natsOptions(server), logger, stream: { retentionDays: 7, replicas: 1, maxBytes: MIB } });
    const { version } = (await connect({ servers: server.url }).then(async (connection) => {
      const { info } = connection;
      await connection.close();
      return info;
    })) ?? { version: '' };
    expect(lines.join().includes('drops old events')).toBe(/^2\.([0-9]|10\.[0-4])\b/.test(version));
  });

  test.each([
    ['authorization { user: rocket, password: "pa/ss" }', 'rocket:pa%2Fss', 'rocket:wrong'],
    ['authorization { token: "secret-token" }', 'secret-token', 'wrong'],
  ])('credentials in the URL are used, and wrong ones are told: %s', async (settings, right, wrong) => {
    const server = await start(settings);
    const at = (credentials: string) =>
      natsOptions(server, { servers: [`nats://${credentials}@${server.host}`] });
    expect((await open(at(right))).state().kind).toBe('up');
    const refused = openNatsBus(at(wrong));
    await expect(refused).rejects.toThrow('refuses the credentials');
    expect(await codeOf(refused)).toBe('EVENTS_UNAVAILABLE');
    expect(await codeOf(checkEvents({ ...at(wrong), consumers: [] }))).toBe('EVENTS_UNAVAILABLE');
    expect(await codeOf(openNatsBus(natsOptions(server)))).toBe('EVENTS_UNAVAILABLE');
  });

  test('an NKEY is read from its file', async () => {
    const pair = nkeys.createUser();
    const server = await start(`authorization { users: [ { nkey: ${pair.getPublicKey()} } ] }`);
    const directory = await temporaryDirectory();
    closing.push(directory.dispose);
    const credsFile = `${directory.path}/user.nk`;
    await writeFile(credsFile, `${Buffer.from(pair.getSeed()).toString()}\n`);
    expect((await open(natsOptions(server, { credsFile }))).state().kind).toBe('up');
    expect(await codeOf(openNatsBus(natsOptions(server, { credsFile: `${directory.path}/none` })))).toBe(
      'BAD_REQUEST',
    );
  });

  test.skipIf(openssl === null)(
    'TLS: the server is checked, and checks the certificate of this process',
    async () => {
      const directory = await temporaryDirectory();
      closing.push(directory.dispose);
      const certificates = await makeCertificates(openssl ?? '', directory.path);
      const { ca, cert, key } = certificates;
      const server = await start(
        `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}", verify: true }`,
      );
      const over = (changes: Partial<NatsOptions>) =>
        natsOptions(server, { servers: [`tls://localhost:${server.host.split(':')[1]}`], ...changes });
      const bus = await open(over({ caFile: ca, certFile: cert, keyFile: key }));
      expect(bus.state().kind).toBe('up');
      await publishAll(bus, numbered(1, 1));
      for (const wrong of [over({}), over({ caFile: ca })]) {
        expect((await open(wrong)).state().kind).toBe('down');
      }
    },
  );

  test('a list of servers is tried until one takes the connection', async () => {
    const [dead, server] = [await start('', false), await start()];
    const bus = await open(natsOptions(server, { servers: [dead.url, server.url] }));
    await until(() => bus.state().kind === 'up');
  });
});
