import { appName, epoch, type Placed, type ShardUsers } from '@rocket/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createShardUsers } from '../../src/users/shard-users.ts';
import { createWriteApp, type WriteApp } from '../support/write-app.ts';

const AT: Placed = { app: appName('test_app'), epoch: epoch(1) };
const PASSWORD = 'correct horse';
const ANN = {
  email: 'ann@example.org',
  password: PASSWORD,
  roles: { test_app: ['sales'], helpdesk: ['agent'] },
};

let app: WriteApp;
let users: ShardUsers;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate({ version: 1, entities: [] });
  users = createShardUsers(async () => app.database);
});
afterAll(() => app.dispose());
beforeEach(async () => {
  await app.database.query({ text: 'DELETE FROM _users', values: [] });
});

const rows = (text: string) => app.database.query({ text, values: [] });
const login = (email = ANN.email, password = PASSWORD) => users.login(AT, { email, password });
const refresh = (refreshToken: string) => users.refresh(AT, { refreshToken });
const REFUSED = { code: 'UNAUTHENTICATED' };

describe('accounts', () => {
  it('are added, listed in order and removed, their e-mail in lower case', async () => {
    const added = await users.add(AT, { ...ANN, email: ' Ann@Example.org ' });
    expect(added).toEqual({ id: expect.any(String), email: ANN.email, roles: ANN.roles, active: true });
    const bob = await users.add(AT, { ...ANN, email: 'aa-bob@example.org', roles: {} });
    expect(await users.list(AT)).toEqual([bob, added]);
    expect(await users.find(AT, { email: 'ANN@example.org' })).toEqual(added);
    await users.remove(AT, added);
    expect(await users.list(AT)).toEqual([bob]);
    await expect(users.find(AT, ANN)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(users.remove(AT, added)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are unique by e-mail, without regard to case', async () => {
    await users.add(AT, ANN);
    await expect(users.add(AT, { ...ANN, email: 'ANN@EXAMPLE.ORG' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await users.list(AT)).toHaveLength(1);
  });

  it.each([
    { email: 'ann@example.org', password: 'short' },
    { email: 'no address', password: PASSWORD },
  ])('are refused with %j', async (input) => {
    await expect(users.add(AT, { ...ANN, ...input })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await users.list(AT)).toEqual([]);
  });

  it('are not asked for by a text that Postgres cannot hold', async () => {
    const refused = { code: 'BAD_USER_INPUT' };
    await expect(login('ann\0@example.org')).rejects.toMatchObject(refused);
    await expect(users.find(AT, { email: 'ann\0@example.org' })).rejects.toMatchObject(refused);
  });

  it('keep no password that could be read', async () => {
    await users.add(AT, ANN);
    expect(await rows(`SELECT password_hash LIKE '$argon2id$%' FROM _users`)).toEqual([[true]]);
  });
});

describe('sessions', () => {
  it('begin with the password, whatever the case of the e-mail, and carry the roles', async () => {
    const user = await users.add(AT, ANN);
    const session = await login('ANN@example.org');
    expect(session.user).toEqual(user);
    expect(await rows(`SELECT 1 FROM _refresh_tokens WHERE token_hash = '${session.refreshToken}'`)).toEqual(
      [],
    );
  });

  it('do not begin for a wrong password, an unknown e-mail or an inactive user, all told alike', async () => {
    await users.add(AT, ANN);
    const failures = [
      await login(ANN.email, 'wrong horse').catch(String),
      await login('no@example.org').catch(String),
    ];
    await rows('UPDATE _users SET active = false');
    failures.push(await login().catch(String));
    expect(new Set(failures).size).toBe(1);
    await expect(login()).rejects.toMatchObject(REFUSED);
  });

  it('go on by a token that works once, and see changed roles', async () => {
    await users.add(AT, ANN);
    const first = await login();
    await rows(`UPDATE _users SET roles = '{"test_app":["manager"]}'`);
    const second = await refresh(first.refreshToken);
    expect(second.user.roles).toEqual({ test_app: ['manager'] });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await refresh(second.refreshToken);
  });

  it('end whole when a used token comes back, and no other session does', async () => {
    await users.add(AT, ANN);
    const stolen = await login();
    const other = await login();
    const next = await refresh(stolen.refreshToken);
    await expect(refresh(stolen.refreshToken)).rejects.toMatchObject(REFUSED);
    await expect(refresh(next.refreshToken)).rejects.toMatchObject(REFUSED);
    await refresh(other.refreshToken);
  });

  it('give one new token to two uses of one at once', async () => {
    await users.add(AT, ANN);
    const { refreshToken } = await login();
    const results = await Promise.allSettled([refresh(refreshToken), refresh(refreshToken)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('end by logging out, with the account, with its deactivation and in time', async () => {
    await users.add(AT, ANN);
    const session = await login();
    await users.logout(AT, { refreshToken: session.refreshToken });
    await users.logout(AT, { refreshToken: 'unknown' });
    await expect(refresh(session.refreshToken)).rejects.toMatchObject(REFUSED);

    const expired = await login();
    await rows(`UPDATE _refresh_tokens SET expires_at = now()`);
    await expect(refresh(expired.refreshToken)).rejects.toMatchObject(REFUSED);

    const inactive = await login();
    await rows('UPDATE _users SET active = false');
    await expect(refresh(inactive.refreshToken)).rejects.toMatchObject(REFUSED);

    await rows('UPDATE _users SET active = true');
    const removed = await login();
    await users.remove(AT, removed.user);
    await expect(refresh(removed.refreshToken)).rejects.toMatchObject(REFUSED);
  });

  it.each(['', 'x', "' OR 1=1 --", 'x'.repeat(10_000)])('do not go on by the token %j', async (token) => {
    await expect(refresh(token)).rejects.toMatchObject(REFUSED);
  });
});
