import { createLogger, openCatalog } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../tests/harness/servers/postgres.ts';
import { temporaryDirectory } from '../../tests/harness/servers/rocket-process.ts';
import { ensureAdmin } from '../src/start/admin-user.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let catalog: Awaited<ReturnType<typeof openCatalog>>;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await temporaryDirectory();
  catalog = await openCatalog({ url: database.url, logger: createLogger({ level: 'silent', name: 'test' }) });
});
afterAll(async () => {
  await catalog.close();
  await directory.dispose();
  await database.dispose();
});

const ensure = (adminPassword: string | null = null) =>
  ensureAdmin(catalog.platformUsers, {
    adminEmail: 'admin@localhost',
    adminPassword,
    dataDir: directory.path,
  });
const emails = async () => (await catalog.platformUsers.list()).map(({ email }) => email);

describe('the administrator of a start', () => {
  test('is made where there is none, and stays the same', async () => {
    const { user, secret } = await ensure();
    expect([user.email, secret.kind]).toEqual(['admin@localhost', 'generated']);
    expect((await ensure()).user.id).toBe(user.id);
  });

  test('stays removed, with the password that is still on the disk, while there is another', async () => {
    await catalog.platformUsers.add({ email: 'ops@example.org', password: 'a long password' });
    await catalog.platformUsers.remove('admin@localhost');
    const { user, secret } = await ensure();
    expect([user.email, secret.kind]).toEqual(['ops@example.org', 'unknown']);
    expect(await emails()).toEqual(['ops@example.org']);
  });

  test('is made again when the settings say so', async () => {
    expect((await ensure('another long password')).user.email).toBe('admin@localhost');
    expect(await emails()).toEqual(['admin@localhost', 'ops@example.org']);
  });
});
