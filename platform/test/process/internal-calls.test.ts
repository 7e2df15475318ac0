import { appName, type CallContext, epoch, graphRevisionId } from '@rocket/schema';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createInternalSigner, createInternalVerifier, type InternalVerifier } from '../../src/index.ts';
import { SeenCalls } from '../../src/security/seen-calls.ts';

const key = 'internal key';
const signer = createInternalSigner(key);
const body = '{"query":"{ kürzel }"}';
const request = { method: 'POST', path: '/internal/graphql', body };
const context: CallContext = {
  app: appName('crm'),
  epoch: epoch(3),
  graph: graphRevisionId('0123456789abcdef0123456789abcdef'),
  caller: { userId: 'u1', email: 'jürgen@example.com', roles: ['sales'], isAdmin: false },
  requestId: 'request-1',
  deadlineAtMs: 1_800_000_000_000,
};
const refused = expect.objectContaining({ code: 'UNAUTHENTICATED' });

let verifier: InternalVerifier;
beforeEach(() => {
  verifier = createInternalVerifier(key);
});
afterEach(() => {
  vi.useRealTimers();
});

test('a call arrives as it was sent', () => {
  const call = verifier.verifyCall(signer.signCall(context, request), request);
  call.takeBody(Buffer.from(body));
  expect(call.payload).toEqual(context);
  const other = verifier.verify(signer.sign({ app: 'crm', epoch: 1 }, request), request);
  other.takeBody(Buffer.from(body));
  expect(other.payload).toEqual({ app: 'crm', epoch: 1 });
});

test('another key, a changed text and a broken header are refused', () => {
  const header = signer.signCall(context, request);
  const [text = '', mark = ''] = header.split('.');
  const admin = Buffer.from(
    Buffer.from(text, 'base64url').toString().replace('"isAdmin":false', '"isAdmin":true'),
  ).toString('base64url');
  const wrong = [
    `${admin}.${mark}`,
    `${text}.`,
    text,
    '',
    '.',
    `${header}.x`,
    `${text}.${mark.slice(0, -4)}`,
  ];
  for (const each of wrong) expect(() => verifier.verifyCall(each, request)).toThrow(refused);
  expect(() => createInternalVerifier('other key').verifyCall(header, request)).toThrow('wrong signature');
});

test('a header serves for one method, one path and one body', () => {
  const header = signer.signCall(context, request);
  for (const target of [
    { method: 'PUT', path: request.path },
    { method: 'POST', path: '/internal/users/list' },
    { method: 'POST', path: `${request.path}?` },
  ]) {
    expect(() => verifier.verifyCall(header, target)).toThrow('wrong signature');
  }
  const call = verifier.verifyCall(header, request);
  for (const other of ['', `${body} `, body.replace('k', 'l')]) {
    expect(() => call.takeBody(Buffer.from(other))).toThrow('another body');
  }
  call.takeBody(Buffer.from(body));
});

test('a header serves once, also for two that read their bodies at the same time', () => {
  const header = signer.signCall(context, request);
  const first = verifier.verifyCall(header, request);
  const second = verifier.verifyCall(header, request);
  first.takeBody(Buffer.from(body));
  expect(() => second.takeBody(Buffer.from(body))).toThrow('sent before');
  expect(() => verifier.verifyCall(header, request)).toThrow('sent before');
  // The same call signed anew, as a retry is.
  verifier.verifyCall(signer.signCall(context, request), request).takeBody(Buffer.from(body));
});

test('a header is worthless after its time, which is 30 s, and cannot be sent again until then', () => {
  vi.useFakeTimers();
  const header = signer.sign('x', request);
  verifier.verify(header, request).takeBody(Buffer.from(body));
  for (let second = 0; second < 30; second += 1) {
    verifier.verify(signer.sign('x', request), request).takeBody(Buffer.from(body));
    expect(() => verifier.verify(header, request)).toThrow('sent before');
    vi.advanceTimersByTime(1_000);
  }
  expect(() => verifier.verify(header, request)).toThrow('expired');
});

test('a header signed far ahead of our clock is refused', () => {
  vi.useFakeTimers();
  vi.setSystemTime(Date.now() + 60_000);
  const header = signer.sign('x', request);
  vi.setSystemTime(Date.now() - 60_000);
  expect(() => verifier.verify(header, request)).toThrow('valid for too long');
});

test('what is signed but no call cannot pass for one', () => {
  const payloads = [
    context,
    null,
    { call: null },
    { call: { ...context, epoch: 0 } },
    { call: { ...context, app: 'No' } },
  ];
  for (const payload of payloads) {
    const header = signer.sign(payload, request);
    expect(() => verifier.verifyCall(header, request)).toThrow('does not hold a call');
  }
});

test('calls are remembered by their numbers, in whatever order they come, and forgotten with their signer', () => {
  vi.useFakeTimers();
  const seen = new SeenCalls(35_000);
  const numbers = [5, 1, 4, 1_000_000, 2, 999_999];
  for (const number of numbers) expect(seen.take('a', number)).toBe(true);
  for (const number of numbers)
    expect([seen.has('a', number), seen.take('a', number)]).toEqual([true, false]);
  expect([seen.has('a', 3), seen.take('a', 3)]).toEqual([false, true]);
  expect(seen.take('b', 5)).toBe(true);
  // So far behind that nobody knows.
  expect(seen.take('a', 3_000_000)).toBe(true);
  expect(seen.take('a', 1_000_001)).toBe(false);
  expect(seen.take('a', 2_999_999)).toBe(true);
  // The same places of the window, by other numbers.
  const next = 3_000_000 + 2 ** 20;
  expect([seen.take('a', next), seen.take('a', next - 1), seen.take('a', next)]).toEqual([true, true, false]);
  vi.advanceTimersByTime(36_000);
  expect(seen.take('b', 6)).toBe(true);
  expect(seen.has('a', next)).toBe(false);
});
