import { expect, test } from 'vitest';
import {
  checkEmail,
  checkPasswordPolicy,
  createRefreshToken,
  dummyVerify,
  hashPassword,
  hashRefreshToken,
  normalizeEmail,
  verifyPassword,
} from '../../src/index.ts';
import { DUMMY_HASH } from '../../src/security/passwords.ts';

test('a password is known by its hash, and each hash is different', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
  expect(one).not.toBe(two);
  expect(await verifyPassword(one, 'correct horse')).toBe(true);
  expect(await verifyPassword(one, 'wrong horse')).toBe(false);
  expect(await verifyPassword(one, 'x'.repeat(2_000))).toBe(false);
});

test('an unknown user costs what a wrong password costs', async () => {
  const parameters = (hash: string) => hash.split('$').slice(1, 4);
  expect(parameters(DUMMY_HASH)).toEqual(parameters(await hashPassword('anything')));
  expect(await dummyVerify('anything')).toBe(false);
});

test('passwords have a least and a greatest length, counted in characters', () => {
  expect(() => checkPasswordPolicy('12345678')).not.toThrow();
  expect(() => checkPasswordPolicy('1234567')).toThrow(
    expect.objectContaining({ code: 'VALIDATION_FAILED' }),
  );
  // Four characters of two UTF-16 units each.
  expect(() => checkPasswordPolicy('🔑🔑🔑🔑')).toThrow('at least 8');
  expect(() => checkPasswordPolicy('x'.repeat(1_025))).toThrow('at most');
});

test('e-mails are compared without blanks and case', () => {
  expect(normalizeEmail('  Ada@Example.COM ')).toBe('ada@example.com');
  expect(checkEmail(' Admin@localhost')).toBe('admin@localhost');
  for (const wrong of ['', 'ada', '@x', 'a@', 'a b@c', `${'x'.repeat(250)}@x.de`]) {
    expect(() => checkEmail(wrong)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  }
});

test('refresh tokens are 256 random bits, stored as their SHA-256', () => {
  const token = createRefreshToken();
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(createRefreshToken()).not.toBe(token);
  expect(hashRefreshToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
