import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { guardedConnector } from '../../src/outgoing/guarded-connector.ts';
import { createOutgoingClient } from '../../src/outgoing/outgoing-client.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';

let server: Server;
let port = 0;
let sockets: Socket[];
let received = 0;

beforeEach(async () => {
  received = 0;
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket
      .on('error', () => undefined)
      .on('data', ({ length }) => {
        received += length;
      });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The listener has no port');
  port = address.port;
});
afterEach(() => new Promise((closed) => server.close(closed)));

it('gives up a connection that has reached another address than the one that was checked, before anything is sent', async () => {
  const asked: string[] = [];
  const connect = guardedConnector({
    isAllowed: (address) => {
      asked.push(address);
      return asked.length === 1;
    },
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    timeoutMs: 2_000,
  });
  const to = { hostname: 'hook.test', host: 'hook.test', protocol: 'http:', port: String(port) };
  const { promise, resolve } = Promise.withResolvers<unknown>();
  connect(to, (...[error]) => resolve(error));
  expect(await promise).toMatchObject({
    failure: 'forbidden',
    message: expect.stringContaining('127.0.0.1'),
  });
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1']);
  // The other side may see the connection only later than its end here.
  await expect.poll(() => sockets.length).toBe(1);
  await Promise.all(sockets.map(async (socket) => socket.closed || (await once(socket, 'close'))));
  expect(received).toBe(0);
});

it.each([301, 302, 303, 307, 308])(
  'does not follow a redirect to this host with status %i',
  async (status) => {
    const from = createServer((socket) => {
      const location = `Location: http://127.0.0.1:${port}/\r\nRefresh: 0; url=http://127.0.0.1:${port}/`;
      socket.on('error', () => undefined).resume();
      socket.end(`HTTP/1.1 ${status} Elsewhere\r\n${location}\r\nContent-Length: 0\r\n\r\n`);
    });
    await new Promise<void>((listening) => from.listen(0, '127.0.0.2', listening));
    const address = from.address();
    if (address === null || typeof address === 'string') throw new Error('The listener has no port');
    const client = createOutgoingClient({ allow: ['127.0.0.0/8'] });
    try {
      const url = `http://127.0.0.2:${address.port}/`;
      const answer = await client.send({ url, method: 'POST', headers: {}, body: '{}', timeoutMs: 2_000 });
      expect(answer).toEqual({ status, body: '', retryAfter: null });
      expect(sockets).toEqual([]);
    } finally {
      await client.close();
      await new Promise((closed) => from.close(closed));
    }
  },
);

it('takes a connection that is reset at once for a fault of the network', async () => {
  server.removeAllListeners('connection').on('connection', (socket: Socket) => socket.resetAndDestroy());
  const client = createOutgoingClient({ allow: ['127.0.0.1'] });
  try {
    const send = () =>
      client.send({
        url: `http://127.0.0.1:${port}/`,
        method: 'GET',
        headers: {},
        body: null,
        timeoutMs: 2_000,
      });
    for (let at = 0; at < 50; at += 1) {
      const error = await send().catch((thrown: unknown) => thrown);
      expect(error instanceof OutgoingError && error.failure).toBe('network');
    }
  } finally {
    await client.close();
  }
});
