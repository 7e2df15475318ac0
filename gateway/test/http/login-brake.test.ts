import { RocketError } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { LoginBrake } from '../../src/identity/login-brake.ts';

const wrong = async () => {
  throw new RocketError('UNAUTHENTICATED');
};

/** Codes of the refusals of `count` logins that are under way at the same time. */
async function together(count: number, login: () => Promise<unknown>) {
  const settled = await Promise.allSettled(Array.from({ length: count }, login));
  return settled.map((result) => (result.status === 'rejected' ? result.reason.code : 'in'));
}

describe('the login brake', () => {
  it('lets no more guesses through at once than one after another', async () => {
    const brake = new LoginBrake();
    let checked = 0;
    const codes = await together(50, () =>
      brake.run('crm', 'a@b.c', async () => {
        checked += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return await wrong();
      }),
    );
    expect(checked).toBe(10);
    expect(codes.filter((code) => code === 'TOO_MANY_REQUESTS')).toHaveLength(40);
  });

  it('refuses nobody who knows the password, however often they sign in at once', async () => {
    const brake = new LoginBrake();
    const codes = await together(50, () => brake.run('crm', 'a@b.c', async () => 'session'));
    expect(new Set(codes)).toEqual(new Set(['in']));
  });

  it('holds no failure of ours against the caller', async () => {
    const brake = new LoginBrake();
    const down = () => brake.run('crm', 'a@b.c', () => Promise.reject(new RocketError('SHARD_UNAVAILABLE')));
    for (let i = 0; i < 20; i++) await expect(down()).rejects.toMatchObject({ code: 'SHARD_UNAVAILABLE' });
    expect(await brake.run('crm', 'a@b.c', async () => 'session')).toBe('session');
  });

  it('bounds how many passwords are checked at once, whoever they are of', async () => {
    const brake = new LoginBrake();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    let guesses = 0;
    const all = together(200, () => brake.run('crm', `user${guesses++}@b.c`, () => mayEnd));
    end();
    const codes = await all;
    expect(codes.filter((code) => code === 'in')).toHaveLength(64);
    expect(await brake.run('crm', 'late@b.c', async () => 'session')).toBe('session');
  });
});
