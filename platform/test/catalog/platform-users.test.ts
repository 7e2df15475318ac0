import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { type Catalog, createDatabase, createLogger, openCatalog } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const ADMIN = { email: 'admin@localhost', password: 'correct horse' };

let database: TestDatabase;
let catalog: Catalog;

beforeEach(async () => {
  database = await createTestDatabase();
  catalog = await openCatalog({ url: database.url, logger });
  await catalog.platformUsers.add(ADMIN);
});

afterEach(async () => {
  await catalog.close();
  await database.dispose();
});

async function run(text: string): Promise<readonly (readonly unknown[])[]> {
  const direct = createDatabase({ url: database.url, logger });
  try {
    return await direct.query({ text, values: [] });
  } finally {
    await direct.close();
  }
}

test('e-mails are one whatever their case, passwords are kept as argon2id hashes only', async () => {
  const { platformUsers } = catalog;
  expect(await codeOf(platformUsers.add({ email: ' Admin@LOCALHOST ', password: 'another one' }))).toBe(
    'CONFLICT',
  );
  expect((await platformUsers.login({ ...ADMIN, email: 'ADMIN@localhost' })).user.email).toBe(
    'admin@localhost',
  );
  expect(String((await run('SELECT password_hash FROM platform_user'))[0]?.[0])).toMatch(/^\$argon2id\$/);
});

test('weak passwords and things that are no address are refused', async () => {
  const { platformUsers } = catalog;
  expect(await codeOf(platformUsers.add({ email: 'a@b', password: '1234567' }))).toBe('VALIDATION_FAILED');
  expect(await codeOf(platformUsers.add({ email: 'nobody', password: '12345678' }))).toBe(
    'VALIDATION_FAILED',
  );
  expect(await platformUsers.list()).toHaveLength(1);
});

test('unknown user, wrong password and inactive user get the same answer', async () => {
  const { platformUsers } = catalog;
  await platformUsers.add({ email: 'gone@localhost', password: 'long enough' });
  await run(`UPDATE platform_user SET active = false WHERE email = 'gone@localhost'`);
  const attempts = [
    { email: 'who@localhost', password: 'long enough' },
    { email: ADMIN.email, password: 'wrong horse' },
    { email: 'gone@localhost', password: 'long enough' },
  ];
  const answers = await Promise.all(
    attempts.map((attempt) => platformUsers.login(attempt).catch((error: unknown) => error)),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ code: 'UNAUTHENTICATED', message: 'Wrong e-mail or password' });
  }
});

test('a refresh token works once and gives the next', async () => {
  const { platformUsers } = catalog;
  const first = await platformUsers.login(ADMIN);
  const second = await platformUsers.refresh(first.refreshToken);
  expect(second.user).toEqual(first.user);
  expect(second.refreshToken).not.toBe(first.refreshToken);
  const third = await platformUsers.refresh(second.refreshToken);
  expect(third.refreshToken).not.toBe(second.refreshToken);
});

test('reuse of a consumed token ends its session, and no other', async () => {
  const { platformUsers } = catalog;
  const stolen = await platformUsers.login(ADMIN);
  const other = await platformUsers.login(ADMIN);
  const rotated = await platformUsers.refresh(stolen.refreshToken);
  expect(await codeOf(platformUsers.refresh(stolen.refreshToken))).toBe('UNAUTHENTICATED');
  expect(await codeOf(platformUsers.refresh(rotated.refreshToken))).toBe('UNAUTHENTICATED');
  expect((await platformUsers.refresh(other.refreshToken)).user.email).toBe(ADMIN.email);
});

test('of two refreshes at once one wins, and the session ends', async () => {
  const { platformUsers } = catalog;
  const { refreshToken } = await platformUsers.login(ADMIN);
  const outcomes = await Promise.allSettled([
    platformUsers.refresh(refreshToken),
    platformUsers.refresh(refreshToken),
  ]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  for (const outcome of outcomes) {
    if (outcome.status !== 'fulfilled') continue;
    expect(await codeOf(platformUsers.refresh(outcome.value.refreshToken))).toBe('UNAUTHENTICATED');
  }
});

test('tokens are stored hashed, expire, and end with logout, password change and removal', async () => {
  const { platformUsers } = catalog;
  const expired = await platformUsers.login(ADMIN);
  expect(await run('SELECT hash FROM refresh_token')).not.toContainEqual([expired.refreshToken]);
  await run(`UPDATE refresh_token SET expires_at = now() - interval '1 second'`);
  expect(await codeOf(platformUsers.refresh(expired.refreshToken))).toBe('UNAUTHENTICATED');

  const out = await platformUsers.login(ADMIN);
  await platformUsers.logout(out.refreshToken);
  await platformUsers.logout('never issued');
  expect(await codeOf(platformUsers.refresh(out.refreshToken))).toBe('UNAUTHENTICATED');

  const changed = await platformUsers.login(ADMIN);
  await platformUsers.setPassword({ email: ADMIN.email, password: 'battery staple' });
  expect(await codeOf(platformUsers.refresh(changed.refreshToken))).toBe('UNAUTHENTICATED');
  expect(await codeOf(platformUsers.login(ADMIN))).toBe('UNAUTHENTICATED');

  await platformUsers.add({ email: 'other@localhost', password: 'correct horse' });
  const removed = await platformUsers.login({ ...ADMIN, password: 'battery staple' });
  await platformUsers.remove(ADMIN.email);
  expect(await codeOf(platformUsers.refresh(removed.refreshToken))).toBe('UNAUTHENTICATED');
  expect(await codeOf(platformUsers.remove(ADMIN.email))).toBe('NOT_FOUND');
});

test('of two administrators that are removed at once one stays, and the last one always does', async () => {
  const { platformUsers } = catalog;
  const emails = [ADMIN.email, 'other@localhost'];
  for (let round = 0; round < 5; round += 1) {
    const left = (await platformUsers.list()).map(({ email }) => email);
    for (const email of emails.filter((each) => !left.includes(each))) {
      await platformUsers.add({ email, password: 'correct horse' });
    }
    const outcomes = await Promise.allSettled(emails.map((email) => platformUsers.remove(email)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [last, ...more] = await platformUsers.list();
    expect(more).toEqual([]);
    expect(await codeOf(platformUsers.remove(last?.email ?? ''))).toBe('CONFLICT');
  }
});
