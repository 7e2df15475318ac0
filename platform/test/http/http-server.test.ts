import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import { afterEach, expect, test, vi } from 'vitest';
import { readJsonBody } from '../../src/index.ts';
import { createHttpServers, GET, rest } from '../support/http-servers.ts';

const { serve, open, close } = createHttpServers();
afterEach(close);

const HALF_HEAD = 'POST / HTTP/1.1\r\nhost: loc';
const HALF_BODY = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"que';
/** More than the operating system takes off our hands. */
const LARGE = 'x'.repeat(24 * 1024 * 1024);

test('an answer that cannot be sent ends its connection and nothing else', async () => {
  const { url, log } = await serve(async (request) =>
    request.url === '/bad'
      ? { status: 200, headers: { 'x-bad': 'line\nbreak' }, body: '' }
      : { status: 200, headers: {}, body: 'fine' },
  );
  await expect(fetch(`${url}/bad`)).rejects.toThrow();
  expect(await (await fetch(url)).text()).toBe('fine');
  expect(log.join('')).toContain('an answer could not be sent');
});

test.each([
  { status: 200, type: 'text/plain', length: '4', sent: 'fine' },
  { status: 204, type: null, length: null, sent: '' },
  { status: 304, type: null, length: null, sent: '' },
])('a $status says of its body only what is true', async ({ status, type, length, sent }) => {
  const { url } = await serve(async () => ({
    status,
    headers: { 'content-type': 'text/plain', etag: '"a"' },
    body: sent,
  }));
  const { headers, ...response } = await fetch(url).then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  expect(response).toEqual({ status, text: sent });
  expect([headers.get('content-type'), headers.get('content-length')]).toEqual([type, length]);
  expect(headers.get('etag')).toBe('"a"');
});

test('what a handler throws becomes an answer, with the request id', async () => {
  const { url, log } = await serve(async () => {
    throw new Error('a fault');
  });
  const response = await fetch(url, { headers: { 'x-request-id': 'abc-123' } });
  expect([response.status, await response.text(), response.headers.get('x-request-id')]).toEqual([
    500,
    'refused',
    'abc-123',
  ]);
  expect(log.join('')).toContain('abc-123');
});

test('what failed is in the log too where a handler has made the answer itself', async () => {
  const { url, log } = await serve(async () => ({
    status: 500,
    headers: {},
    body: 'sorry',
    failure: new Error('a fault'),
  }));
  const response = await fetch(url, { headers: { 'x-request-id': 'abc-123' } });
  expect([response.status, await response.text()]).toEqual([500, 'sorry']);
  expect(log.filter((line) => line.includes('a fault') && line.includes('abc-123'))).toHaveLength(1);
});

test.each([
  ['{"a":1}', 100, '{"a":1}'],
  ['{"a":', 100, 'BAD_REQUEST'],
  [Buffer.from([0x22, 0xff, 0x22]), 100, 'BAD_REQUEST'],
  [`"${'x'.repeat(200)}"`, 100, 'PAYLOAD_TOO_LARGE'],
  ['['.repeat(200) + ']'.repeat(200), 10_000, '['.repeat(200) + ']'.repeat(200)],
  ['['.repeat(201) + ']'.repeat(201), 10_000, 'BAD_REQUEST'],
  ['{"a":['.repeat(20_000), 1_000_000, 'BAD_REQUEST'],
  [
    `["${'['.repeat(500)}","\\\\","\\"${'{'.repeat(500)}"]`,
    10_000,
    `["${'['.repeat(500)}","\\\\","\\"${'{'.repeat(500)}"]`,
  ],
])('a body %s of at most %d bytes reads as %s', async (body, maxBytes, expected) => {
  const { url } = await serve(async (request) => {
    const text = await readJsonBody(request, maxBytes).then(
      JSON.stringify,
      (error: { code: string }) => error.code,
    );
    return { status: 200, headers: {}, body: text };
  });
  expect(await (await fetch(url, { method: 'POST', body })).text()).toBe(expected);
});

test.each([
  ['nothing', ''],
  ['half a head', HALF_HEAD],
  ['half a body', HALF_BODY],
])('a caller who sends %s and no more is cut off', async (_, text) => {
  const { url } = await serve(
    async (request) => ({ status: 200, headers: {}, body: String(await readJsonBody(request, 100)) }),
    { stallMs: 200 },
  );
  expect(await rest(await open(url, text))).not.toContain('200');
});

test('a caller is waited for as little as need be, and an answer as long as it takes', async () => {
  const { url } = await serve(
    async () => {
      await sleep(1_000);
      return { status: 200, headers: {}, body: 'late' };
    },
    { stallMs: 200 },
  );
  expect(await (await fetch(url)).text()).toBe('late');
});

test('connections past the limit are closed, and there is room again when others end', async () => {
  const { url } = await serve(async () => ({ status: 200, headers: {}, body: 'fine' }), {
    maxConnections: 2,
  });
  const [first] = [await open(url, ''), await open(url, '')];
  expect(await rest(await open(url, GET))).toBe('');
  first?.destroy();
  await vi.waitFor(async () => expect(await (await fetch(url)).text()).toBe('fine'), { timeout: 5_000 });
});

test('an answer that its reader does not take is given up', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const { url } = await serve(
    async (request) => {
      request.socket.once('close', () => resolve());
      return { status: 200, headers: {}, body: LARGE };
    },
    { stallMs: 200 },
  );
  await open(url, GET);
  await closed;
});

test('readers who take their time are cut off when their room is needed, and only then', async () => {
  const { url } = await serve(
    async (request) => ({ status: 200, headers: {}, body: request.url === '/small' ? 'fine' : LARGE }),
    { maxSendingBytes: LARGE.length * 2 },
  );
  const [first, second] = [await open(url, GET), await open(url, GET)];
  await sleep(200);
  const refused = await fetch(url);
  expect([refused.status, await refused.text()]).toEqual([500, 'refused']);
  expect(await (await fetch(`${url}/small`)).text()).toBe('fine');
  await sleep(2_500);
  expect((await (await fetch(url)).text()).length).toBe(LARGE.length);
  expect((await rest(first)).length).toBeLessThan(LARGE.length);
  second.end();
  expect((await rest(second)).length).toBeGreaterThan(LARGE.length);
});

test('a stop waits for no caller who has not sent a whole request, and answers those who have', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { url, server } = await serve(async (request) => {
    if (request.method === 'POST') await readJsonBody(request, 100);
    begin();
    await mayEnd;
    return { status: 200, headers: {}, body: 'done' };
  });
  const unused = await Promise.all(['', HALF_HEAD, HALF_BODY].map((text) => open(url, text)));
  const running = await open(url, GET);
  await begun;
  const closed = server.close();
  await Promise.all(unused.map(rest));
  end();
  expect(await rest(running)).toMatch(/200 OK[\s\S]*connection: close[\s\S]*done$/i);
  await closed;
});

test('what a handler fails with is logged once, with its stack and its causes', async () => {
  const { url, log } = await serve(async () => {
    throw new RocketError('INTERNAL_ERROR', 'outer', { cause: new TypeError('inner') });
  });
  expect((await fetch(url)).status).toBe(500);
  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    {
      msg: 'request failed',
      err: {
        ...{ code: 'INTERNAL_ERROR', message: 'outer', stack: expect.stringContaining('http-server.test') },
        cause: { type: 'TypeError', message: 'inner', stack: expect.stringContaining('http-server.test') },
      },
    },
  ]);
});
