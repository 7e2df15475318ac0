import { afterEach, expect, test } from 'vitest';
import {
  createHttpServer,
  createLogger,
  type HttpAnswer,
  type HttpServer,
  readJsonBody,
} from '../src/index.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(
  handler: Parameters<typeof createHttpServer>[0]['handler'],
): Promise<{ url: string; log: string[] }> {
  const log: string[] = [];
  const logger = createLogger({
    level: 'debug',
    name: 'test',
    destination: { write: (line) => log.push(line) },
  });
  const onError = (): HttpAnswer => ({ status: 500, headers: {}, body: 'refused' });
  const server = createHttpServer({ handler, onError, logger });
  servers.push(server);
  return { url: `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`, log };
}

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

test.each([
  ['{"a":1}', 100, '{"a":1}'],
  ['{"a":', 100, 'BAD_REQUEST'],
  [Buffer.from([0x22, 0xff, 0x22]), 100, 'BAD_REQUEST'],
  [`"${'x'.repeat(200)}"`, 100, 'PAYLOAD_TOO_LARGE'],
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
