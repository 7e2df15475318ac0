import type { Config, Logger, PlatformUsers } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** Makes the administrator of the settings when the platform has none; there is no default password. */
export async function addFirstAdmin(
  users: PlatformUsers,
  config: Pick<Config, 'adminEmail' | 'adminPassword'>,
  logger: Logger,
): Promise<void> {
  const { adminEmail: email, adminPassword: password } = config;
  if ((await users.list()).length > 0) return;
  if (password === null) {
    logger.warn(
      'there is no platform user, so nobody can sign in: set ROCKET_ADMIN_PASSWORD and start again to make one',
    );
    return;
  }
  try {
    await users.add({ email, password });
  } catch (error) {
    // Another gateway that starts at the same time was first.
    if (!(error instanceof RocketError && error.code === 'CONFLICT')) throw error;
  }
}
