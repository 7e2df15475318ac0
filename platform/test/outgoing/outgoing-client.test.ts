import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOutgoingClient, MAX_OUTGOING_ANSWER_BYTES } from '../../src/outgoing/outgoing-client.ts';
import { OutgoingError } from '../../src/outgoing/outgoing-error.ts';

const CHUNK = 'x'.repeat(16 * 1024);
let server: Server;
let base = '';
let ended: Promise<void>;
const client = createOutgoingClient({ allow: ['127.0.0.0/8'] });

function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write(CHUNK));
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      switch (request.url) {
        case '/moved':
          response.writeHead(302, { location: `${base}/echo` }).end();
          return;
        case '/endless':
          ended = new Promise((resolve) => response.once('close', resolve));
          response.on('drain', () => pour(response));
          pour(response);
          return;
        case '/hang':
          return;
        case '/slow':
          response.write('a');
          return;
        case '/reset':
          request.socket.destroy();
          return;
        default:
          response.end(
            JSON.stringify([request.method, request.headers['x-key'], Buffer.concat(chunks).toString()]),
          );
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  base = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const post = (path: string, timeoutMs = 5_000) =>
  client.send({
    url: `${base}${path}`,
    method: 'POST',
    headers: { 'x-key': 'k' },
    body: '{"a":"é"}',
    timeoutMs,
  });

async function failureOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.catch((thrown: unknown) => thrown);
  return error instanceof OutgoingError ? error.failure : `not an OutgoingError: ${String(error)}`;
}

it('sends method, headers, query and body', async () => {
  expect(await post('/echo?a=b')).toEqual({
    status: 200,
    body: '["POST","k","{\\"a\\":\\"é\\"}"]',
    retryAfter: null,
  });
});

it('follows no redirect', async () => {
  expect(await post('/moved')).toEqual({ status: 302, body: '', retryAfter: null });
});

it('reads the beginning of an endless answer, and ends the connection', async () => {
  const { status, body } = await post('/endless');
  expect([status, body.length]).toEqual([200, MAX_OUTGOING_ANSWER_BYTES]);
  await ended;
});

it.each(['/hang', '/slow'])('gives %s up in time', async (path) => {
  const startedAt = performance.now();
  expect(await failureOf(post(path, 200))).toBe('timeout');
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

it('tells a connection that is lost from one that is slow', async () => {
  expect(await failureOf(post('/reset'))).toBe('network');
});
