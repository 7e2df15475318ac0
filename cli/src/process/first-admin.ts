import type { Config, PlatformUsers } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** Makes the administrator of the settings when the platform has none; there is no default password. */
export async function addFirstAdmin(
  users: PlatformUsers,
  config: Pick<Config, 'adminEmail' | 'adminPassword'>,
): Promise<void> {
  const { adminEmail: email, adminPassword: password } = config;
  if (password === null || (await users.list()).length > 0) return;
  try {
    await users.add({ email, password });
  } catch (error) {
    // Another gateway that starts at the same time was first.
    if (!(error instanceof RocketError && error.code === 'CONFLICT')) throw error;
  }
}
