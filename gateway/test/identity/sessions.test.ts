import { type Catalog, type CatalogView, verifyAccessToken } from '@rocket/platform';
import { PLATFORM_AUDIENCE } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createSessions } from '../../src/identity/sessions.ts';

const SECRET = 'a secret of more than thirty-two characters';

test('a token is from before the check of its credentials, so that a revocation meanwhile counts', async () => {
  const session = { user: { id: 'u1', email: 'a@b', active: true }, refreshToken: 'r' };
  let checkedAtMs = 0;
  const slow = async () => {
    checkedAtMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 30));
    return session;
  };
  const sessions = createSessions({
    catalog: { platformUsers: { login: slow, refresh: slow } } as unknown as Catalog,
    view: {} as CatalogView,
    shards: { call: async () => Promise.reject(new Error('no shard is asked')) },
    platformTokenSecret: SECRET,
  });
  for (const issue of [
    () => sessions.login(null, { email: 'a@b', password: 'p' }),
    () => sessions.refresh(null, 'r'),
  ]) {
    const { accessToken: token } = await issue();
    const { iat } = await verifyAccessToken({ token, secret: SECRET, audience: PLATFORM_AUDIENCE });
    expect(Math.round(iat * 1_000)).toBeLessThanOrEqual(checkedAtMs);
  }
});
