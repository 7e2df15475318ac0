import type { Config } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { isRunning, readServerFile } from './server-file.ts';

/** Where the admin API is, and the token that opens it. */
export interface AdminConnection {
  readonly url: string;
  readonly token: string;
}

type Settings = Pick<Config, 'platformUrl' | 'platformToken' | 'dataDir'>;

/** By the settings, else beside a running start. Null when neither is there. @throws RocketError for half a setting */
export async function findConnection(config: Settings): Promise<AdminConnection | null> {
  const { platformUrl, platformToken } = config;
  if (platformUrl !== null) {
    if (platformToken !== null) return { url: platformUrl, token: platformToken };
    throw new RocketError('UNAUTHENTICATED', `ROCKET_URL is set to ${platformUrl}, but ROCKET_TOKEN is not`, {
      details: { hint: 'get a token with POST /auth/login and set ROCKET_TOKEN' },
    });
  }
  const file = await readServerFile(config.dataDir);
  return file === null || !isRunning(file) ? null : { url: file.url, token: platformToken ?? file.token };
}

/** @throws RocketError that says how to get one */
export async function requireConnection(config: Settings): Promise<AdminConnection> {
  const connection = await findConnection(config);
  if (connection !== null) return connection;
  throw new RocketError('NOT_READY', `No server is running in ${config.dataDir}`, {
    details: { hint: 'start one with `rocket start`, or set ROCKET_URL and ROCKET_TOKEN' },
  });
}
