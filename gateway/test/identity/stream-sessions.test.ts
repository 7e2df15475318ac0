import { type CatalogSnapshot, createLogger, followCatalog, signAccessToken } from '@rocket/platform';
import { appId } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createAuthenticator } from '../../src/identity/authenticator.ts';
import { ANONYMOUS } from '../../src/identity/identity.ts';
import { createStreamSessions } from '../../src/identity/stream-sessions.ts';
import { app } from '../support/world.ts';

const CRM = app('crm');
const SECRET = 'a secret of more than thirty-two characters';
const PLATFORM_SECRET = `platform ${SECRET}`;
const MINUTE_MS = 60_000;

const CRM_RECORD = {
  ...{ name: CRM, id: appId('0b1e0f2c-7a55-4a0f-9d3c-0c1d6f0f7a11'), refersTo: [], tokenSecret: SECRET },
  ...{ activeRevision: null, activeNumber: null, createdAt: new Date(0) },
};

/** Sessions over a catalog that says what the test says. */
async function sessions() {
  let current: CatalogSnapshot = {
    ...{ version: 1, graphs: new Map(), revokedUsers: new Map() },
    apps: new Map([[CRM, CRM_RECORD]]),
    shardMap: { placements: new Map(), shards: new Map() },
  };
  const view = await followCatalog(
    { snapshot: async () => current, watch: () => async () => undefined },
    createLogger({ level: 'silent', name: 'test' }),
  );
  const snapshot = () => view.current;
  const authenticator = createAuthenticator({ snapshot, platformTokenSecret: PLATFORM_SECRET });
  const change = async (changes: Partial<CatalogSnapshot>) => {
    current = { ...current, ...changes, version: current.version + 1 };
    await view.refresh();
  };
  return {
    authenticator,
    streams: createStreamSessions({ authenticator, view }),
    change,
    revoke: (audience: string, userId: string, revokedAtMs: number) =>
      change({ revokedUsers: new Map([[audience, new Map([[userId, revokedAtMs]])]]) }),
  };
}

async function tokenOf(more: Partial<Parameters<typeof signAccessToken>[0]> = {}): Promise<string> {
  const token = await signAccessToken({
    ...{
      secret: SECRET,
      issuer: 'rocket' as const,
      audience: CRM,
      subject: 'u1',
      claims: {},
      ttlSeconds: 60,
    },
    ...more,
  });
  return `Bearer ${token}`;
}

const REVOKED = { code: 'UNAUTHENTICATED', message: 'The access token was revoked' };

test('a session is of who the token is for, and ends with the token', async () => {
  const { streams } = await sessions();
  const issuedAtMs = Date.now();
  const session = await streams.open(await tokenOf({ issuedAtMs }));
  expect(session.identity).toMatchObject({ kind: 'app', app: 'crm', userId: 'u1' });
  expect(session.expiresAtMs).toBe(Math.floor(issuedAtMs / 1_000) * 1_000 + MINUTE_MS);
  expect(session.isRevoked()).toBe(false);
});

test('that of an anonymous caller never ends', async () => {
  const { streams, change } = await sessions();
  const session = await streams.open(undefined);
  expect(session).toMatchObject({ identity: ANONYMOUS, expiresAtMs: null });
  await change({ apps: new Map() });
  expect(session.isRevoked()).toBe(false);
});

test('a wrong token opens none', async () => {
  const { streams } = await sessions();
  for (const authorization of ['Bearer abc', await tokenOf({ secret: PLATFORM_SECRET })]) {
    await expect(streams.open(authorization)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

test('a revoked user loses open sessions and tokens that are known already, and nobody else does', async () => {
  const { authenticator, streams, revoke } = await sessions();
  const issuedAtMs = Date.now();
  const token = await tokenOf({ issuedAtMs });
  const session = await streams.open(token);
  const other = await streams.open(await tokenOf({ subject: 'u2' }));
  const elsewhere = await streams.open(await tokenOf({ secret: PLATFORM_SECRET, audience: 'platform' }));
  const seen: boolean[] = [];
  const stop = streams.onChange(() => seen.push(session.isRevoked()));
  await revoke(CRM, 'u1', issuedAtMs);
  expect(seen).toEqual([true]);
  expect([other.isRevoked(), elsewhere.isRevoked()]).toEqual([false, false]);
  await expect(streams.open(token)).rejects.toMatchObject(REVOKED);
  await expect(authenticator.authenticate(token)).rejects.toMatchObject(REVOKED);
  stop();
  await revoke(CRM, 'u1', issuedAtMs + 1);
  expect(seen).toEqual([true]);
});

test('a token of the next millisecond is accepted, and one of the same is not', async () => {
  const { streams, revoke } = await sessions();
  const revokedAtMs = Date.now();
  await revoke(CRM, 'u1', revokedAtMs);
  await expect(streams.open(await tokenOf({ issuedAtMs: revokedAtMs }))).rejects.toMatchObject(REVOKED);
  expect((await streams.open(await tokenOf({ issuedAtMs: revokedAtMs + 1 }))).isRevoked()).toBe(false);
});

test('platform users are revoked by themselves', async () => {
  const { streams, revoke } = await sessions();
  const token = await tokenOf({ secret: PLATFORM_SECRET, audience: 'platform' });
  const session = await streams.open(token);
  await revoke('platform', 'u1', Date.now());
  expect(session.isRevoked()).toBe(true);
  await expect(streams.open(token)).rejects.toMatchObject(REVOKED);
});

test('sessions of an app end with it, and with its secret', async () => {
  for (const apps of [[], [[CRM, { ...CRM_RECORD, tokenSecret: PLATFORM_SECRET }] as const]]) {
    const { streams, change } = await sessions();
    const token = await tokenOf();
    const session = await streams.open(token);
    await change({ apps: new Map(apps) });
    expect(session.isRevoked()).toBe(true);
    await expect(streams.open(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});
