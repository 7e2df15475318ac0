import { appName, type CallContext, epoch, graphRevisionId } from '@rocket/schema';
import { afterEach, expect, test, vi } from 'vitest';
import { signInternal, signInternalCall, verifyInternal, verifyInternalCall } from '../src/index.ts';

const key = 'internal key';
const context: CallContext = {
  app: appName('crm'),
  epoch: epoch(3),
  graph: graphRevisionId('0123456789abcdef0123456789abcdef'),
  caller: { userId: 'u1', email: 'jürgen@example.com', roles: ['sales'], isAdmin: false },
  requestId: 'request-1',
  deadlineAtMs: 1_800_000_000_000,
};

afterEach(() => {
  vi.useRealTimers();
});

test('a call arrives as it was sent', () => {
  expect(verifyInternalCall(signInternalCall(context, key), key)).toEqual(context);
  expect(verifyInternal(signInternal({ app: 'crm', epoch: 1 }, key, 1_000), key)).toEqual({
    app: 'crm',
    epoch: 1,
  });
});

test('another key, a changed body and a broken header are refused', () => {
  const header = signInternalCall(context, key);
  const [body = '', mark = ''] = header.split('.');
  const admin = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('"isAdmin":false', '"isAdmin":true'),
  ).toString('base64url');
  const wrong = [
    `${admin}.${mark}`,
    `${body}.`,
    body,
    '',
    '.',
    `${header}.x`,
    `${body}.${mark.slice(0, -4)}`,
  ];
  for (const each of wrong) {
    expect(() => verifyInternalCall(each, key)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  }
  expect(() => verifyInternalCall(header, 'other key')).toThrow('wrong signature');
});

test('a header is worthless after its time, which is at most 30 s', () => {
  vi.useFakeTimers();
  const header = signInternal('x', key, 3_600_000);
  vi.advanceTimersByTime(29_999);
  expect(verifyInternal(header, key)).toBe('x');
  vi.advanceTimersByTime(1);
  expect(() => verifyInternal(header, key)).toThrow('expired');
});

test('a header signed far ahead of our clock is refused', () => {
  vi.useFakeTimers();
  vi.setSystemTime(Date.now() + 60_000);
  const header = signInternal('x', key, 30_000);
  vi.setSystemTime(Date.now() - 60_000);
  expect(() => verifyInternal(header, key)).toThrow('valid for too long');
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
    const header = signInternal(payload, key, 1_000);
    expect(() => verifyInternalCall(header, key)).toThrow('does not hold a call');
  }
});
