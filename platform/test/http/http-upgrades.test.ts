import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { HttpAnswer, UpgradeHandler } from '../../src/index.ts';
import { createHttpServers, GET, rest } from '../support/http-servers.ts';

const { serve, open, close } = createHttpServers();
afterEach(close);

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';
const upgradeTo = (protocol: string) =>
  `GET / HTTP/1.1\r\nhost: localhost\r\nx-request-id: abc-123\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`;
const UPGRADE = upgradeTo('WebSocket');

const fine = async (): Promise<HttpAnswer> => ({ status: 200, headers: {}, body: 'fine' });
/** Sends everything back, beginning with what came with the head. */
const echo: UpgradeHandler = (_, socket, head, requestId) => {
  socket.write(`${SWITCHING}${requestId} ${head}`);
  socket.pipe(socket);
};

/** What arrives next. */
async function next(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data');
  return String(chunk);
}

test('an upgraded connection belongs to its owner, who may be silent as long as they like', async () => {
  const { url } = await serve(fine, { onUpgrade: echo, stallMs: 200 });
  const socket = await open(url, `${UPGRADE}early`);
  expect(await next(socket)).toBe(`${SWITCHING}abc-123 early`);
  await sleep(700);
  socket.write('late');
  expect(await next(socket)).toBe('late');
});

test.each([
  ['a server that takes none', UPGRADE, {}],
  ['a protocol that is no WebSocket', upgradeTo('h2c'), { onUpgrade: echo }],
  ['a request with a body', UPGRADE.replace('GET', 'POST'), { onUpgrade: echo }],
])('an upgrade is an ordinary request for %s', async (_, text, options) => {
  const { url } = await serve(fine, options);
  expect(await next(await open(url, text))).toMatch(/200 OK[\s\S]*fine$/);
});

test('an upgrade behind a request that is being answered is an ordinary request', async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { url } = await serve(
    async (request) => {
      if (request.headers.upgrade === undefined) await mayEnd;
      else end();
      return { status: 200, headers: { connection: 'close' }, body: request.headers.upgrade ?? 'first' };
    },
    { onUpgrade: echo },
  );
  const both = `${GET}${UPGRADE}`;
  // The first answer says that it is the last of its connection.
  expect(await rest(await open(url, both))).toMatch(/^HTTP\/1.1 200 OK[\s\S]*first$/);
});

test('a connection that has had an answer may still be upgraded', async () => {
  const { url } = await serve(fine, { onUpgrade: echo });
  const socket = await open(url, GET);
  expect(await next(socket)).toContain('200 OK');
  socket.write(UPGRADE);
  expect(await next(socket)).toContain('101 Switching');
});

test('what an owner throws is answered and logged, and the connection ends', async () => {
  const { url, log } = await serve(fine, {
    onUpgrade: () => {
      throw new Error('a fault');
    },
  });
  const answer = await rest(await open(url, UPGRADE));
  expect(answer).toMatch(/^HTTP\/1.1 500 [\s\S]*refused$/);
  for (const header of ['x-request-id: abc-123', 'x-content-type-options: nosniff', 'connection: close']) {
    expect(answer).toContain(header);
  }
  expect(log.filter((line) => line.includes('a fault') && line.includes('abc-123'))).toHaveLength(1);
  expect(await (await fetch(url)).text()).toBe('fine');
});

test('no answer follows what an owner had written before they threw', async () => {
  const { url, log } = await serve(fine, {
    onUpgrade: (...taken) => {
      echo(...taken);
      throw new Error('a fault');
    },
  });
  expect(await rest(await open(url, UPGRADE))).not.toContain('500');
  expect(log.join('')).toContain('a fault');
});

test('a refusal that cannot be sent ends its connection and nothing else', async () => {
  const { url, log } = await serve(fine, {
    onError: () => ({ status: 500, headers: { 'x-bad': 'line\nbreak' }, body: '' }),
    onUpgrade: () => {
      throw new Error('a fault');
    },
  });
  expect(await rest(await open(url, UPGRADE))).toBe('');
  expect(log.join('')).toContain('an answer could not be sent');
  expect(await (await fetch(url)).text()).toBe('fine');
});

test('an error of a socket to which nobody listens yet ends no process', async () => {
  const { promise: upgraded, resolve } = Promise.withResolvers<Parameters<UpgradeHandler>[1]>();
  const { url, log } = await serve(fine, { onUpgrade: (_, socket) => resolve(socket) });
  const socket = await open(url, UPGRADE);
  (await upgraded).resume();
  socket.resetAndDestroy();
  await vi.waitFor(() => expect(log.join('')).toContain('an upgraded connection failed'));
  expect((await upgraded).destroyed).toBe(true);
});

test('upgraded connections count as others do', async () => {
  const { url } = await serve(fine, { onUpgrade: echo, maxConnections: 1 });
  const socket = await open(url, UPGRADE);
  await next(socket);
  expect(await rest(await open(url, GET))).toBe('');
  socket.destroy();
  await vi.waitFor(async () => expect(await (await fetch(url)).text()).toBe('fine'), { timeout: 5_000 });
});

test('a stop leaves upgraded connections to their owners for a while, and then cuts them', async () => {
  const { url, server } = await serve(fine, { onUpgrade: echo, drainMs: 600 });
  const socket = await open(url, UPGRADE);
  await next(socket);
  const closed = server.close();
  await sleep(200);
  socket.write('still here');
  expect(await next(socket)).toBe('still here');
  const [last] = await Promise.all([rest(socket), closed]);
  expect(last).toBe('');
});

test('a stop waits no longer than owners take to end their connections', async () => {
  const { promise: upgraded, resolve } = Promise.withResolvers<Parameters<UpgradeHandler>[1]>();
  const { url, server } = await serve(fine, {
    onUpgrade: (...taken) => {
      echo(...taken);
      resolve(taken[1]);
    },
  });
  const socket = await open(url, UPGRADE);
  await next(socket);
  const startedMs = performance.now();
  const closed = server.close();
  (await upgraded).end('bye');
  expect(await next(socket)).toBe('bye');
  socket.end();
  await closed;
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
