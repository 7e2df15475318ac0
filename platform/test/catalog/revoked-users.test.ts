import { PLATFORM_AUDIENCE } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createDatabase, followCatalog, isRevoked, type Statement } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';
import { crm, freshCatalog, logger } from '../support/fresh-catalog.ts';

const ANN = { email: 'ann@localhost', password: 'correct horse' };
const BOB = { email: 'bob@localhost', password: 'correct horse' };

const fresh = freshCatalog();

async function run(text: Statement['text']): Promise<readonly (readonly unknown[])[]> {
  const direct = createDatabase({ url: fresh.database.url, logger });
  try {
    return await direct.query({ text, values: [] });
  } finally {
    await direct.close();
  }
}

/** Whether tokens that were issued `agoMs` ago are refused. */
async function refuses(audience: string, userId: string, agoMs = 0): Promise<boolean> {
  return isRevoked(await fresh.catalog.snapshot(), { audience, userId, issuedAtMs: Date.now() - agoMs });
}

test('a revoked user of an app loses the tokens so far and no later ones, and nobody else does', async () => {
  await fresh.catalog.revokeAppUser({ app: crm, userId: 'u1', aheadSeconds: 0 });
  const snapshot = await fresh.catalog.snapshot();
  const revokedAtMs = snapshot.revokedUsers.get(crm)?.get('u1') ?? 0;
  expect(Math.abs(Date.now() - revokedAtMs)).toBeLessThan(5_000);
  const at = (issuedAtMs: number) => isRevoked(snapshot, { audience: crm, userId: 'u1', issuedAtMs });
  expect([at(0), at(revokedAtMs), at(revokedAtMs + 1)]).toEqual([true, true, false]);
  expect(await refuses(crm, 'u2', 60_000)).toBe(false);
  expect(await refuses('shop', 'u1', 60_000)).toBe(false);
  expect(await refuses(PLATFORM_AUDIENCE, 'u1', 60_000)).toBe(false);
});

test('a revocation can be dated ahead, and an earlier one does not take it back', async () => {
  await fresh.catalog.revokeAppUser({ app: crm, userId: 'u1', aheadSeconds: 30 });
  await fresh.catalog.revokeAppUser({ app: crm, userId: 'u1', aheadSeconds: 0 });
  expect(await refuses(crm, 'u1', -20_000)).toBe(true);
  expect(await refuses(crm, 'u1', -40_000)).toBe(false);
});

test('whoever follows the catalog hears of it', async () => {
  const view = await followCatalog(fresh.catalog, logger);
  try {
    const heard = new Promise((resolve) => view.onChange(resolve));
    await fresh.catalog.revokeAppUser({ app: crm, userId: 'u1', aheadSeconds: 0 });
    await heard;
    expect(view.current.revokedUsers.get(crm)?.has('u1')).toBe(true);
  } finally {
    await view.close();
  }
});

test('it is forgotten when no token can be so old, and not before', async () => {
  await fresh.catalog.revokeAppUser({ app: crm, userId: 'old', aheadSeconds: 0 });
  await fresh.catalog.revokeAppUser({ app: crm, userId: 'older', aheadSeconds: 0 });
  await run(`UPDATE revoked_user SET revoked_at = now() - interval '16 minutes' WHERE user_id = 'old'`);
  await run(`UPDATE revoked_user SET revoked_at = now() - interval '31 minutes' WHERE user_id = 'older'`);
  const known = async () => [...((await fresh.catalog.snapshot()).revokedUsers.get(crm)?.keys() ?? [])];
  expect(await known()).toEqual(['old']);
  await fresh.catalog.revokeAppUser({ app: crm, userId: 'new', aheadSeconds: 0 });
  expect((await known()).sort()).toEqual(['new', 'old']);
  expect(await run('SELECT user_id FROM revoked_user ORDER BY user_id')).toEqual([['new'], ['old']]);
});

test('platform users lose theirs with their account, and with their password', async () => {
  const { platformUsers } = fresh.catalog;
  const ann = await platformUsers.add(ANN);
  const bob = await platformUsers.add(BOB);
  await platformUsers.setPassword({ ...ANN, password: 'battery staple' });
  expect(await refuses(PLATFORM_AUDIENCE, ann.id, 10_000)).toBe(true);
  expect(await refuses(PLATFORM_AUDIENCE, ann.id, -10_000)).toBe(false);
  await platformUsers.remove(BOB.email);
  expect(await refuses(PLATFORM_AUDIENCE, bob.id, -10_000)).toBe(true);
});

test('a user who could not be removed keeps their tokens', async () => {
  const ann = await fresh.catalog.platformUsers.add(ANN);
  expect(await codeOf(fresh.catalog.platformUsers.remove(ANN.email))).toBe('CONFLICT');
  expect(await refuses(PLATFORM_AUDIENCE, ann.id, 10_000)).toBe(false);
});

test('a login whose password is changed between its check and its session is refused', async () => {
  const { platformUsers } = fresh.catalog;
  await platformUsers.add(ANN);
  const direct = createDatabase({ url: fresh.database.url, logger });
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  try {
    const login = await direct.transaction(async (transaction) => {
      await transaction.query({ text: `UPDATE platform_user SET password_hash = 'another'`, values: [] });
      const begun = codeOf(platformUsers.login(ANN));
      await expect.poll(() => run(waiting), { timeout: 5_000 }).toEqual([[1]]);
      return { begun };
    });
    expect(await login.begun).toBe('UNAUTHENTICATED');
    expect(await run('SELECT 1 FROM refresh_session')).toEqual([]);
  } finally {
    await direct.close();
  }
});
