/** Nothing of this host or its network is reached, however its address is written or found. */
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOutgoingClient, type OutgoingClient } from '../../src/outgoing/outgoing-client.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';
import { CLOUD_ADDRESSES, HOSTILE_HOSTS } from './hostile-hosts.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';
const OK = { status: 200, body: 'ok', retryAfter: null };
let server: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).once('data', () => socket.end(ANSWER));
  });
  // All addresses of the host, IPv6 too where it has it.
  await new Promise<void>((listening) => server.listen(0, listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The listener has no port');
  port = address.port;
});
afterAll(() => new Promise((closed) => server.close(closed)));
beforeEach(() => {
  connections = 0;
});

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

const get = (client: OutgoingClient, url: string) =>
  client.send({ url, method: 'GET', headers: {}, body: null, timeoutMs: 2_000 });

async function failureOf(client: OutgoingClient, url: string): Promise<string> {
  const error = await get(client, url).catch((thrown: unknown) => thrown);
  if (!(error instanceof OutgoingError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error.failure;
}

async function withClient<T>(
  options: Parameters<typeof createOutgoingClient>[0],
  work: (client: OutgoingClient) => Promise<T>,
): Promise<T> {
  const client = createOutgoingClient(options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

describe('addresses in URLs', () => {
  it.each(HOSTILE_HOSTS)('%s is refused', async (host) => {
    await withClient({ allow: [] }, async (client) => {
      expect(await failureOf(client, `http://${host}:${port}/`)).toBe('forbidden');
      expect(await failureOf(client, `https://${host}:${port}/`)).toBe('forbidden');
    });
    expect(connections).toBe(0);
  });

  it.each([
    ['the host', {}, ['forbidden', 'network']],
    ['the DNS', { resolve: async () => [v4('127.0.0.1')] }, ['forbidden']],
  ])(
    'localhost with a dot at its end leads nowhere, whatever %s knows of it',
    async (_, options, expected) => {
      await withClient({ allow: [], ...options }, async (client) =>
        expect(expected).toContain(await failureOf(client, `http://localhost.:${port}/`)),
      );
      expect(connections).toBe(0);
    },
  );

  it.each([
    'http://user:secret@example.org/',
    'http://user@example.org/',
    'ftp://example.org/',
    'ws://127.0.0.1/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'no address',
    'http://',
    'http://[fe80::1%25eth0]/',
    'http://example.org:0/',
    'http://example.org:65536/',
    'http://example.org:-1/',
    'http://example.org%00.test/',
    '//127.0.0.1/',
    '',
  ])('%s is not called', async (url) => {
    await withClient({ allow: ['private'] }, async (client) =>
      expect(await failureOf(client, url)).toBe('forbidden'),
    );
  });
});

describe('answers of the DNS', () => {
  it.each([
    ['loopback', [v4('127.0.0.1')]],
    ['a private address', [v4('10.1.2.3')]],
    ['the metadata service', [v4('169.254.169.254')]],
    ['loopback of IPv6', [v6('::1')]],
    ['a mapped address', [v6('::ffff:127.0.0.1')]],
    ['a translated address', [v6('64:ff9b::7f00:1')]],
    ['nothing that is an address', [v4('localhost')]],
    ['a shortened address', [v4('127.1')]],
    ['a public and then a private address', [v4('93.184.215.14'), v4('127.0.0.1')]],
    ['a public and then a private address of IPv6', [v4('93.184.215.14'), v6('::1')]],
  ])('%s is refused', async (_, addresses) => {
    await withClient({ allow: [], resolve: async () => addresses }, async (client) => {
      expect(await failureOf(client, `http://hook.test:${port}/`)).toBe('forbidden');
      expect(await failureOf(client, `https://hook.test:${port}/`)).toBe('forbidden');
    });
    expect(connections).toBe(0);
  });

  it.each([...CLOUD_ADDRESSES, '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fe80::a9fe:a9fe%eth0.1'])(
    '%s is refused behind the name of a metadata service, in private networks too',
    async (address) => {
      const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
      await withClient({ allow: ['private'], resolve }, async (client) => {
        for (const name of ['metadata.google.internal', 'metadata', 'instance-data'])
          expect(await failureOf(client, `http://${name}:${port}/latest/meta-data/`)).toBe('forbidden');
      });
    },
  );

  it('a name that leads elsewhere the second time is refused then, and is asked once for each connection', async () => {
    // The listener's second address stands for one of the internet.
    const answers = [[v4('127.0.0.2')], [v4('127.0.0.1')], [v4('127.0.0.2'), v4('127.0.0.1')]];
    let asked = 0;
    const resolve = async () => answers[asked++] ?? [];
    await withClient({ allow: ['127.0.0.2'], resolve }, async (client) => {
      const url = `http://hook.test:${port}/`;
      expect(await get(client, url)).toEqual(OK);
      expect([asked, connections]).toEqual([1, 1]);
      expect(await failureOf(client, url)).toBe('forbidden');
      expect(await failureOf(client, url)).toBe('forbidden');
      expect([asked, connections]).toEqual([3, 1]);
    });
  });

  it('a name is looked up once for all who ask meanwhile, and again for those who ask later', async () => {
    let asked = 0;
    const { promise: answer, resolve: give } = Promise.withResolvers<LookupAddress[]>();
    const resolve = () => {
      asked += 1;
      return answer;
    };
    await withClient({ allow: ['127.0.0.1'], resolve }, async (client) => {
      const url = `http://hook.test:${port}/`;
      const all = Promise.all([1, 2, 3, 4].map(() => get(client, url)));
      await expect.poll(() => asked).toBe(1);
      give([v4('127.0.0.1')]);
      expect((await all).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect([asked, connections]).toEqual([1, 4]);
      await get(client, url);
      expect(asked).toBe(2);
    });
  });

  it('a name without an address, and a look-up that fails, are faults of the network', async () => {
    const failing = [async () => [], () => Promise.reject(new Error('SERVFAIL'))];
    for (const resolve of failing) {
      await withClient({ allow: ['private'], resolve }, async (client) =>
        expect(await failureOf(client, `http://hook.test:${port}/`)).toBe('network'),
      );
    }
  });
});

describe('allowed addresses', () => {
  it.each([
    [['127.0.0.0/8'], '127.0.0.1'],
    [['127.0.0.1'], '2130706433'],
    [['10.0.0.0/8', 'private'], 'localhost'],
  ])('%j let %s be called', async (allow, host) => {
    await withClient({ allow }, async (client) =>
      expect(await get(client, `http://${host}:${port}/`)).toEqual(OK),
    );
  });

  it.each([
    [['127.0.0.2/32'], '127.0.0.1'],
    [['127.0.0.0/8'], '[::ffff:127.0.0.1]'],
    [['private'], '169.254.169.254'],
    [['private'], '0.0.0.0'],
    [['private'], '[fe80::1]'],
    [['private'], '224.0.0.1'],
  ])('%j do not cover %s', async (allow, host) => {
    await withClient({ allow }, async (client) =>
      expect(await failureOf(client, `http://${host}:${port}/`)).toBe('forbidden'),
    );
    expect(connections).toBe(0);
  });
});
