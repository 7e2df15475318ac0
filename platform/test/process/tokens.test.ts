import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { readUnverifiedAudience, signAccessToken, verifyAccessToken } from '../../src/index.ts';

const secret = 'a secret of more than thirty-two characters';
const input = {
  secret,
  issuer: 'rocket' as const,
  audience: 'crm',
  subject: 'user-1',
  claims: { email: 'a@b', roles: { crm: ['sales'] }, sub: 'someone else' },
  ttlSeconds: 60,
};

/** A token of our own making: any header, any claims, a right signature. */
function forge(header: object, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const body = `${encode(header)}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

const inAMinute = () => Math.floor(Date.now() / 1000) + 60;

function rejection(token: string, audience = 'crm'): Promise<unknown> {
  return verifyAccessToken({ token, secret, audience }).catch((error: unknown) => error);
}

test('a token gives back its claims, and registered claims cannot be overridden', async () => {
  const token = await signAccessToken(input);
  const claims = await verifyAccessToken({ token, secret, audience: 'crm' });
  expect(claims).toMatchObject({ iss: 'rocket', aud: 'crm', sub: 'user-1', email: 'a@b' });
  expect(claims['roles']).toEqual({ crm: ['sales'] });
  expect(claims.exp).toBeGreaterThan(Date.now() / 1000);
});

test('a token tells to the millisecond when it was issued, and expires in whole seconds', async () => {
  const issuedAtMs = Math.floor(Date.now() / 1_000) * 1_000 + 987;
  const token = await signAccessToken({ ...input, issuedAtMs });
  const { iat, exp } = await verifyAccessToken({ token, secret, audience: 'crm' });
  expect(Math.round(iat * 1_000)).toBe(issuedAtMs);
  expect(exp).toBe(Math.floor(issuedAtMs / 1_000) + 60);
});

test('each way to be wrong has its message', async () => {
  const token = await signAccessToken(input);
  const claims = { iss: 'rocket', aud: 'crm', sub: 'u', exp: inAMinute(), iat: 1 };
  const [head, body] = token.split('.');
  const cases: [string, string][] = [
    [await signAccessToken({ ...input, ttlSeconds: -1 }), 'expired'],
    [await signAccessToken({ ...input, secret: `${secret}!` }), 'wrong signature'],
    [`${head}.${body}.AAAA`, 'wrong signature'],
    [await signAccessToken({ ...input, audience: 'shop' }), 'another audience'],
    ['not a token', 'malformed'],
    ['', 'malformed'],
    [forge({ alg: 'HS512' }, claims), 'another algorithm'],
    [forge({ alg: 'none' }, claims), 'another algorithm'],
    [forge({ alg: 'HS256' }, { ...claims, exp: undefined }), 'no valid claim exp'],
    [forge({ alg: 'HS256' }, { ...claims, iat: undefined }), 'no valid claim iat'],
    [forge({ alg: 'HS256' }, { ...claims, sub: undefined }), 'no valid claim sub'],
    [forge({ alg: 'HS256' }, { ...claims, iss: 'evil' }), 'no valid claim iss'],
  ];
  for (const [wrong, message] of cases) {
    expect(await rejection(wrong)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining(message),
    });
  }
  await expect(
    verifyAccessToken({ token: forge({ alg: 'HS256' }, claims), secret, audience: 'crm' }),
  ).resolves.toEqual(claims);
});

test('the audience can be read before the secret is known', async () => {
  expect(readUnverifiedAudience(await signAccessToken(input))).toBe('crm');
  expect(readUnverifiedAudience(forge({ alg: 'HS256' }, { aud: ['a', 'b'] }))).toBeNull();
  for (const token of ['', 'a.b.c', 'nonsense']) expect(readUnverifiedAudience(token)).toBeNull();
});
