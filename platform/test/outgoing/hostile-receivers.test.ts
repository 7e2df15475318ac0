/** Receivers that answer badly, on purpose or not: each request ends in its time, and little of an answer is kept. */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutgoingClient, MAX_OUTGOING_ANSWER_BYTES } from '../../src/outgoing/outgoing-client.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';

const TIME_LIMIT_MS = 700;
/** What a busy machine may take longer. */
const LATENESS_MS = 1_500;
const MAX_GROWTH_BYTES = 128 * 1024 ** 2;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

type Behaviour = (socket: Socket) => Promise<void> | void;

/** Writes the same until the other side has enough. */
async function flood(socket: Socket, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  while (!socket.destroyed) {
    if (!socket.write(bytes)) await Promise.race([drained(socket), sleep(50)]);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('drain', resolve));
}

async function trickle(socket: Socket, text: string): Promise<void> {
  for (let at = 0; !socket.destroyed; at += 1) {
    socket.write(text[at % text.length] ?? '');
    await sleep(100);
  }
}

const then =
  (start: string, go: (socket: Socket, text: string) => Promise<void>, text: string): Behaviour =>
  async (socket) => {
    socket.write(start);
    await go(socket, text);
  };

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  '/silent': () => undefined,
  '/trickled-status': then('', trickle, OK),
  '/trickled-headers': then(OK, trickle, 'X-A: b\r\n'),
  '/trickled-body': then(`${OK}Content-Length: 100000\r\n\r\n`, trickle, 'x'),
  '/trickled-chunks': then(CHUNKED, trickle, '1\r\nx\r\n'),
  '/endless-body': then(`${OK}\r\n`, flood, 'x'.repeat(65_536)),
  '/endless-chunks': then(CHUNKED, flood, `1000\r\n${'x'.repeat(4_096)}\r\n`),
  '/endless-headers': then(OK, flood, `X-A: ${'x'.repeat(1_000)}\r\n`),
  '/endless-header': then(`${OK}X-A: `, flood, 'x'.repeat(65_536)),
  '/endless-trailers': then(`${CHUNKED}0\r\n`, flood, `X-A: ${'x'.repeat(1_000)}\r\n`),
  '/endless-hints': then('', flood, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
  '/endless-continue': then('', flood, 'HTTP/1.1 100 Continue\r\n\r\n'),
  '/endless-processing': then('', flood, 'HTTP/1.1 102 Processing\r\n\r\n'),
  '/packaging': then(CHUNKED, flood, `1;${'x'.repeat(65_000)}\r\ny\r\n`),
  '/endless-package': then(`${CHUNKED}1;`, flood, 'x'.repeat(65_536)),
  '/reset-in-headers': (socket) => {
    socket.write(OK, () => socket.resetAndDestroy());
  },
  '/reset-in-body': (socket) => {
    socket.write(`${OK}Content-Length: 10\r\n\r\nabc`, () => setTimeout(() => socket.resetAndDestroy(), 50));
  },
  '/short-body': (socket) => void socket.end(`${OK}Content-Length: 10\r\n\r\nabc`),
  '/closed': (socket) => void socket.end(),
  '/garbage': (socket) => void socket.end(Buffer.from('\u0000\u0001\u0002SSH-2.0-server\r\n', 'latin1')),
  '/other-protocol': (socket) => void socket.end('220 mail.example.org ESMTP\r\n'),
  '/two-lengths': (socket) => void socket.end(`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
  '/bad-chunk': (socket) => void socket.end(`${CHUNKED}zz\r\nx\r\n`),
  '/switched': (socket) =>
    void socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
};

let server: Server;
let port = 0;
const client = createOutgoingClient({ allow: ['127.0.0.1'] });

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      const [, path = ''] = head.toString().split(' ');
      void BEHAVIOURS[path]?.(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The listener has no port');
  port = address.port;
});
afterAll(async () => {
  await client.close();
  await new Promise((closed) => server.close(closed));
});

interface Ending {
  readonly outcome: string;
  readonly tookMs: number;
  readonly grownBytes: number;
}

async function endingOf(path: string): Promise<Ending> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const startedAt = performance.now();
  const url = `http://127.0.0.1:${port}${path}`;
  const request = { url, method: 'POST', headers: {}, body: '{}', timeoutMs: TIME_LIMIT_MS } as const;
  const outcome = await client.send(request).then(
    (answer) => `${answer.status} with ${answer.body.length}`,
    (error: unknown) => (error instanceof OutgoingError ? error.failure : `not an OutgoingError: ${error}`),
  );
  clearInterval(watch);
  return { outcome, tookMs: performance.now() - startedAt, grownBytes: most - before };
}

const WHOLE = `200 with ${MAX_OUTGOING_ANSWER_BYTES}`;

it.each([
  ['/silent', 'timeout'],
  ['/trickled-status', 'timeout'],
  ['/trickled-headers', 'timeout'],
  ['/trickled-body', 'timeout'],
  ['/trickled-chunks', 'timeout'],
  ['/endless-body', WHOLE],
  ['/endless-chunks', WHOLE],
  ['/endless-headers', 'network'],
  ['/endless-header', 'network'],
  ['/endless-trailers', 'network'],
  ['/endless-hints', 'timeout'],
  ['/endless-continue', 'network'],
  ['/endless-processing', 'timeout'],
  ['/packaging', 'timeout'],
  ['/endless-package', 'timeout'],
  ['/reset-in-headers', 'network'],
  ['/reset-in-body', 'network'],
  ['/short-body', 'network'],
  ['/closed', 'network'],
  ['/garbage', 'network'],
  ['/other-protocol', 'network'],
  ['/two-lengths', 'network'],
  ['/bad-chunk', 'network'],
  ['/switched', 'network'],
])('%s ends as %s', async (path, expected) => {
  const { outcome, tookMs, grownBytes } = await endingOf(path);
  expect(outcome).toBe(expected);
  expect(tookMs).toBeLessThan(TIME_LIMIT_MS + LATENESS_MS);
  expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES);
});
