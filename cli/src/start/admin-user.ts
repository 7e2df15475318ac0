import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, normalizeEmail, type PlatformUser, type PlatformUsers } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { generatePassword } from '../process/generate-password.ts';

const FILE_NAME = 'admin-password';
const OWNER_ONLY = 0o600;

/** What the output can say about the administrator's password. */
export type AdminSecret =
  | { readonly kind: 'given' }
  | { readonly kind: 'generated'; readonly password: string; readonly file: string }
  /** It was changed since, so only its owner knows it. */
  | { readonly kind: 'unknown' };

type Settings = Pick<Config, 'adminEmail' | 'adminPassword' | 'dataDir'>;

/** Where a generated password is kept. */
export function adminPasswordFile(dataDir: string): string {
  return join(dataDir, FILE_NAME);
}

/**
 * Makes sure that there is an administrator. With a password in the settings, the administrator of the settings gets
 * it, and is created if missing. Without one, they are created only when there is no other active user: one who was
 * removed stays removed, and another user is returned.
 */
export async function ensureAdmin(
  users: PlatformUsers,
  config: Settings,
): Promise<{ user: PlatformUser; secret: AdminSecret }> {
  const email = normalizeEmail(config.adminEmail);
  const all = await users.list();
  const known = all.find((user) => user.email === email);
  const other = all.find((user) => user.active);
  if (known === undefined && other !== undefined && config.adminPassword === null) {
    return { user: other, secret: { kind: 'unknown' } };
  }
  if (config.adminPassword !== null) {
    const user = await withPassword(users, { known, email, password: config.adminPassword });
    // The file would show a password that is no longer valid.
    await rm(adminPasswordFile(config.dataDir), { force: true });
    return { user, secret: { kind: 'given' } };
  }
  const kept = await readKeptPassword(config.dataDir);
  if (known !== undefined) {
    const usable = kept !== null && (await opens(users, email, kept));
    return { user: known, secret: usable ? generated(config, kept) : { kind: 'unknown' } };
  }
  const password = kept ?? generatePassword();
  // Stored first: a stop between the two steps must not leave a user whose password nobody knows.
  await keepPassword(config.dataDir, password);
  return { user: await users.add({ email, password }), secret: generated(config, password) };
}

async function withPassword(
  users: PlatformUsers,
  input: { known: PlatformUser | undefined; email: string; password: string },
): Promise<PlatformUser> {
  const { known, email, password } = input;
  if (known === undefined) return await users.add({ email, password });
  // Setting a password ends all sessions, so not at every start.
  if (!(await opens(users, email, password))) await users.setPassword({ email, password });
  return known;
}

async function opens(users: PlatformUsers, email: string, password: string): Promise<boolean> {
  try {
    const { refreshToken } = await users.login({ email, password });
    await users.logout(refreshToken);
    return true;
  } catch (error) {
    if (error instanceof RocketError && error.code === 'UNAUTHENTICATED') return false;
    throw error;
  }
}

function generated(config: Settings, password: string): AdminSecret {
  return { kind: 'generated', password, file: adminPasswordFile(config.dataDir) };
}

async function readKeptPassword(dataDir: string): Promise<string | null> {
  try {
    const password = (await readFile(adminPasswordFile(dataDir), 'utf8')).trim();
    return password === '' ? null : password;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function keepPassword(dataDir: string, password: string): Promise<void> {
  const path = adminPasswordFile(dataDir);
  await writeFile(path, `${password}\n`, { mode: OWNER_ONLY });
  // The mode above only applies to a new file.
  await chmod(path, OWNER_ONLY);
}
