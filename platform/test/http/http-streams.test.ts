import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { HttpStream } from '../../src/index.ts';
import { createHttpServers, GET, rest } from '../support/http-servers.ts';
import { Pieces } from '../support/pieces.ts';

const { serve, open, close } = createHttpServers();
afterEach(close);

const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
const streamOf = (stream: AsyncIterable<string>): HttpStream => ({ status: 200, headers: HEADERS, stream });
/** Pieces are large, so that few of them fill what the operating system takes off our hands. */
const PIECE = 'x'.repeat(256 * 1024);
const MOST_UNREAD = 100;

/** Gives pieces as they are asked for. */
function flood(): {
  readonly stream: AsyncIterable<string>;
  readonly counts: { given: number; ended: number };
} {
  const counts = { given: 0, ended: 0 };
  async function* generate() {
    try {
      for (;;) {
        counts.given += 1;
        await nextTurn();
        yield PIECE;
      }
    } finally {
      counts.ended += 1;
    }
  }
  return { stream: generate(), counts };
}

test('a stream is sent piece by piece, its head at once', async () => {
  const pieces = new Pieces();
  const { url } = await serve(async () => streamOf(pieces));
  const response = await fetch(url, { headers: { 'x-request-id': 'abc-123' } });
  expect([response.status, Object.fromEntries(response.headers)]).toEqual([
    200,
    expect.objectContaining({
      ...HEADERS,
      'x-request-id': 'abc-123',
      'x-content-type-options': 'nosniff',
      'transfer-encoding': 'chunked',
    }),
  ]);
  expect(response.headers.has('content-length')).toBe(false);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (const text of ['one', 'two']) {
    await vi.waitFor(() => pieces.give(text));
    expect(await reader?.read()).toEqual({ done: false, value: text });
  }
  await vi.waitFor(() => expect(pieces.asked).toBe(3));
  pieces.end();
  expect(await reader?.read()).toEqual({ done: true, value: undefined });
  await vi.waitFor(() => expect(pieces.returned).toBe(1));
});

test('the connection of a stream that has ended serves the next request', async () => {
  const { url } = await serve(async (request) => {
    if (request.url === '/last') return { status: 200, headers: { connection: 'close' }, body: 'fine' };
    const pieces = new Pieces();
    setImmediate(() => pieces.end());
    return streamOf(pieces);
  });
  const socket = await open(url, GET);
  socket.write(GET.replace('/', '/last'));
  expect(await rest(socket)).toMatch(/200 OK[\s\S]*\r\n0\r\n\r\nHTTP\/1.1 200 OK[\s\S]*fine$/);
});

test('the head alone is sent to who asks for no more', async () => {
  const pieces = new Pieces();
  const { url } = await serve(async () => streamOf(pieces));
  const response = await fetch(url, { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([200, '']);
  await vi.waitFor(() => expect([pieces.asked, pieces.returned]).toEqual([0, 1]));
});

test('no piece is asked for that the reader has no room for', async () => {
  const { stream, counts } = flood();
  const { url } = await serve(async () => streamOf(stream));
  const socket = await open(url, GET);
  await sleep(500);
  const { given } = counts;
  expect(given).toBeLessThan(MOST_UNREAD);
  await sleep(300);
  expect(counts.given).toBe(given);
  socket.resume();
  await vi.waitFor(() => expect(counts.given).toBeGreaterThan(given + MOST_UNREAD), { timeout: 10_000 });
});

test('a reader who takes nothing is cut off', async () => {
  const { stream, counts } = flood();
  const { url } = await serve(async () => streamOf(stream), { stallMs: 300 });
  const socket = await open(url, GET);
  await vi.waitFor(() => expect(counts.ended).toBe(1), { timeout: 5_000 });
  expect(counts.given).toBeLessThan(MOST_UNREAD);
  expect((await rest(socket)).length).toBeLessThan(PIECE.length * MOST_UNREAD);
});

test('a stream may be silent as long as it likes, and its reader is cut off all the same when they stall', async () => {
  const pieces = new Pieces();
  const { url } = await serve(async () => streamOf(pieces), { stallMs: 200 });
  await open(url, GET);
  await vi.waitFor(() => expect(pieces.asked).toBe(1));
  await sleep(700);
  expect(pieces.returned).toBe(0);
  pieces.give('late');
  await vi.waitFor(() => expect(pieces.asked).toBe(2));
  await sleep(700);
  pieces.give('x'.repeat(24 * 1024 * 1024));
  await vi.waitFor(() => expect(pieces.returned).toBe(1), { timeout: 5_000 });
  expect(pieces.asked).toBe(2);
});

test.each([
  ['gone', 'destroy'],
  ['hung up', 'end'],
] as const)('a source is told when its reader has %s, even while it is being waited for', async (_, go) => {
  const pieces = new Pieces();
  const { url, log } = await serve(async () => streamOf(pieces));
  const socket = await open(url, GET);
  await vi.waitFor(() => expect(pieces.asked).toBe(1));
  socket[go]();
  await vi.waitFor(() => expect(pieces.returned).toBe(1));
  await sleep(50);
  expect([pieces.asked, log]).toEqual([1, []]);
});

test('a source whose reader had gone before it was there is told too', async () => {
  const pieces = new Pieces();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { url } = await serve(async (request) => {
    begin();
    await new Promise<void>((resolve) => request.socket.once('close', () => resolve()));
    await sleep(50);
    return streamOf(pieces);
  });
  const socket = await open(url, GET);
  await begun;
  socket.destroy();
  await vi.waitFor(() => expect([pieces.asked, pieces.returned]).toEqual([0, 1]));
});

test('a stream behind another one on the same connection ends with it', async () => {
  const streams = [new Pieces(), new Pieces()];
  const left = [...streams];
  const { url } = await serve(async () => streamOf(left.shift() ?? new Pieces()), { stallMs: 200 });
  const socket = await open(url, `${GET}${GET}`);
  await vi.waitFor(() => expect(streams.map(({ asked }) => asked)).toEqual([1, 1]));
  streams[1]?.give('x'.repeat(1024 * 1024));
  await sleep(700);
  expect(streams.map(({ returned }) => returned)).toEqual([0, 0]);
  socket.destroy();
  await vi.waitFor(() => expect(streams.map(({ returned }) => returned)).toEqual([1, 1]));
});

test('a source that fails is logged, and its reader sees that the body is not whole', async () => {
  const pieces = new Pieces();
  const { url, log } = await serve(async () => streamOf(pieces));
  const response = await fetch(url, { headers: { 'x-request-id': 'abc-123' } });
  pieces.fail(new Error('a fault'));
  await expect(response.text()).rejects.toThrow();
  expect(log.filter((line) => line.includes('a fault') && line.includes('abc-123'))).toHaveLength(1);
  expect(pieces.returned).toBe(1);
});

test('a source that fails to end is logged', async () => {
  const pieces = new Pieces();
  pieces.return = () => Promise.reject(new Error('a fault'));
  const { url, log } = await serve(async () => streamOf(pieces));
  (await open(url, GET)).destroy();
  await vi.waitFor(() => expect(log.filter((line) => line.includes('a fault'))).toHaveLength(1));
});

test('a stream whose head cannot be sent is ended', async () => {
  const pieces = new Pieces();
  const { url, log } = await serve(async () => ({
    ...streamOf(pieces),
    headers: { 'x-bad': 'line\nbreak' },
  }));
  await expect(fetch(url)).rejects.toThrow();
  expect(log.join('')).toContain('an answer could not be sent');
  await vi.waitFor(() => expect([pieces.asked, pieces.returned]).toEqual([0, 1]));
});

test('a stop leaves streams to their owners for a while, and then cuts them', async () => {
  const pieces = new Pieces();
  const { url, server } = await serve(async () => streamOf(pieces), { drainMs: 600 });
  const socket = await open(url, GET);
  await vi.waitFor(() => expect(pieces.asked).toBe(1));
  const closed = server.close();
  await sleep(200);
  pieces.give('still here');
  const [body] = await Promise.all([rest(socket), closed]);
  expect(body).toMatch(/still here\r\n$/);
  await vi.waitFor(() => expect(pieces.returned).toBe(1));
});

test('a stop waits no longer than owners take to end their streams', async () => {
  const pieces = new Pieces();
  const { url, server } = await serve(async () => streamOf(pieces));
  const socket = await open(url, GET);
  await vi.waitFor(() => expect(pieces.asked).toBe(1));
  const startedMs = performance.now();
  const closed = server.close();
  pieces.end();
  const [body] = await Promise.all([rest(socket), closed]);
  expect(body).toMatch(/\r\n0\r\n\r\n$/);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
