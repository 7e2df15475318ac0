/** A receiver that cannot be asked, or answers with nonsense, lets nothing be written and holds nothing up for long. */
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/nested-app.ts';
import { createReceiver, createWebhookApp, type Receiver, type WebhookApp } from '../support/webhook-app.ts';
import { ADMIN, entity } from '../support/write-app.ts';

const hook = (name: string, more: object) => ({ entity: name, hook: 'before_write', ...more });
const documentOf = (base: string) => ({
  version: 1,
  entities: ['note', 'faulty', 'secret', 'dead', 'inside'].map((name) =>
    entity(name, [text('title'), { name: 'count', type: 'int' }]),
  ),
  permissions: [],
  webhooks: [
    hook('note', { url: `${base}/hook?key=hidden` }),
    hook('faulty', { url: `${base}/hook`, condition: '1 / record.count > 0' }),
    hook('secret', { url: `${base}/hook`, headers: { 'X-Key': '{{env.NOT_ALLOWED}}' } }),
    hook('dead', { url: 'http://127.0.0.1:1/hook' }),
    hook('inside', { url: 'http://169.254.169.254/latest/meta-data/' }),
  ],
});

let receiver: Receiver;
let app: WebhookApp;
beforeAll(async () => {
  receiver = await createReceiver();
  app = await createWebhookApp({ receiver, document: documentOf(receiver.base) });
});
afterAll(async () => {
  await app.dispose();
  await receiver.close();
});
afterEach(() => app.clear());

const MESSAGE = 'A webhook of the app, without which nothing is written, could not be asked';
const FAILED = {
  ok: false,
  errors: [{ code: 'WEBHOOK_FAILED', message: MESSAGE, path: ['input'], rule: 'before_write' }],
};
const stored = async (table: string) => (await app.rows(`SELECT id FROM ${table}`)).length;

type Answer = (response: ServerResponse) => void;

function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write('x'.repeat(16_384)));
}

describe('what is no answer', () => {
  it.each<[string, Answer]>([
    ['silence', () => undefined],
    ['an answer that never ends, drop by drop', (response) => response.writeHead(200).write('a')],
    ['a closed connection', (response) => response.destroy()],
    ['no HTTP', (response) => response.socket?.end('hello\r\n\r\n')],
    ['a redirect', (response) => response.writeHead(307, { location: `${receiver.base}/else` }).end()],
    ['a server error', (response) => response.writeHead(500).end('{"stack": "at x"}')],
    ['a server that is busy', (response) => response.writeHead(429).end()],
    ['an endless refusal', (response) => pour(response.writeHead(500).on('drain', () => pour(response)))],
  ])('%s', async (_, answer) => {
    receiver.answer = (_request, response) => answer(response);
    const startedAt = performance.now();
    expect(await app.create('note', { title: 'n' })).toEqual(FAILED);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?key=hidden']);
    expect(await stored('notes')).toBe(0);
    expect(app.logged()).toMatchObject([
      { level: 40, entity: 'note', event: 'before_write', receiver: `${receiver.base}/hook` },
    ]);
    expect(JSON.stringify(app.logged())).not.toContain('hidden');
  });

  it.each([
    ['dead', { err: { cause: { code: 'ECONNREFUSED' } } }],
    ['inside', { err: { message: expect.stringContaining('ROCKET_OUTGOING_ALLOW') } }],
    ['secret', { err: { message: expect.stringContaining('NOT_ALLOWED') } }],
    ['faulty', { condition: '1 / record.count > 0', reason: expect.any(String) }],
  ])('of %s: it is logged why, and the caller is not told', async (name, why) => {
    expect(await app.create(name, { title: 'n', count: 0 })).toEqual(FAILED);
    expect(app.logged()).toMatchObject([{ level: 40, entity: name, ...why }]);
    expect(receiver.received).toEqual([]);
    expect(await stored(`${name}s`)).toBe(0);
  });
});

it('an endless acceptance is one, of which little is read', async () => {
  receiver.answer = (_, response) => {
    response.on('drain', () => pour(response));
    pour(response);
  };
  expect((await app.create('note', { title: 'n' })).ok).toBe(true);
  expect(await stored('notes')).toBe(1);
});

it.each<[string, string, string]>([
  ['a long message', JSON.stringify({ message: '😀'.repeat(600) }), '😀'.repeat(500)],
  ['half a character', '{"message": "a\\ud83d"}', 'a'],
  ['a message that is no text', '{"message": {"a": 1}, "error": "taken"}', 'taken'],
  ['an empty message', '{"message": "\\n"}', 'A webhook of the app refused the write'],
  ['no JSON', 'message: no', 'A webhook of the app refused the write'],
  ['a list', '["message"]', 'A webhook of the app refused the write'],
  [
    'an answer that is too long',
    JSON.stringify({ message: 'a', x: 'x'.repeat(70_000) }),
    'A webhook of the app refused the write',
  ],
])('%s is told so', async (_, body, message) => {
  receiver.answer = (_request, response) => response.writeHead(409).end(body);
  expect(await app.create('note', { title: 'n' })).toMatchObject({
    errors: [{ code: 'WEBHOOK_REFUSED', message }],
  });
});

it('the deadline of the request ends the wait', async () => {
  receiver.answer = () => undefined;
  const startedAt = Date.now();
  const late = app.writes(startedAt + 200).create(ADMIN, 'note', { title: 'n' });
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(Date.now() - startedAt).toBeLessThan(480);
  expect(await stored('notes')).toBe(0);
});
