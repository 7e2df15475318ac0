import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliveryId, firstDeliveryId, idempotencyKey, readDeliveryId } from '../../src/webhooks/delivery.ts';
import { webhookSecret, webhookSecretProblem } from '../../src/webhooks/webhook-secret.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const times = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });

test('a delivery of one cause has one id, a valid UUID, in the order of the times', () => {
  const property = fc.property(times, times, fc.string(), fc.string(), (a, b, cause, other) => {
    const id = deliveryId(a.toISOString(), cause);
    expect(id).toMatch(V7);
    expect(deliveryId(a.toISOString(), cause)).toBe(id);
    expect(readDeliveryId(id.toUpperCase())).toBe(id);
    if (other !== cause) expect(deliveryId(a.toISOString(), other)).not.toBe(id);
    const [first, second] = a < b ? [a, b] : [b, a];
    if (first < second)
      expect(deliveryId(first.toISOString(), cause) < deliveryId(second.toISOString(), other)).toBe(true);
    expect(firstDeliveryId(a) < id).toBe(true);
    if (b < a) expect(deliveryId(b.toISOString(), other) < firstDeliveryId(a)).toBe(true);
  });
  fc.assert(property);
});

test('the times of the database are read', () => {
  const at = (text: string) => deliveryId(text, 'x');
  expect(at('2026-01-31T12:00:00.123456+00:00')).toBe(at('2026-01-31T12:00:00.123Z'));
  expect(at('2026-01-31T14:00:00.123+02:00')).toBe(at('2026-01-31T12:00:00.123Z'));
});

test.each(['', 'x', '0195', 'a'.repeat(36), '0195-0000-7000-8000-000000000000'])('%j is no id', (text) => {
  expect(readDeliveryId(text)).toBeNull();
});

test('an event has one idempotency key, of its own', () => {
  expect(idempotencyKey('a:1:7')).toMatch(/^wh_[0-9a-f-]{36}$/);
  expect(idempotencyKey('a:1:7')).toBe(idempotencyKey('a:1:7'));
  expect(idempotencyKey('a:1:7')).not.toBe(idempotencyKey('a:1:8'));
});

test('a secret is made of 24 to 64 bytes', () => {
  for (let size = 1; size <= 80; size += 1) {
    const isGood = size >= 24 && size <= 64;
    expect(webhookSecretProblem(webhookSecret(randomBytes(size))) === null).toBe(isGood);
  }
});

test.each([
  '',
  'whsec_',
  Buffer.alloc(32).toString('base64'),
  `WHSEC_${Buffer.alloc(32).toString('base64')}`,
  `whsec_${'A'.repeat(33)}`,
  `whsec_${Buffer.alloc(32, 255).toString('base64url')}`,
  ` whsec_${Buffer.alloc(32).toString('base64')}`,
  `whsec_${Buffer.alloc(32).toString('base64')}\n`,
  `whsec_${'='.repeat(44)}`,
])('%j is no secret', (secret) => {
  expect(webhookSecretProblem(secret)).toMatch(/^A secret is whsec_/);
});
