import type { Config } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { databasePlace } from '../output/database-place.ts';
import { isRunning, readServerFile, type ServerFile } from './server-file.ts';

/** The address of the admin API, and the token for it. */
export interface AdminConnection {
  readonly url: string;
  readonly token: string;
}

type Settings = Pick<Config, 'platformUrl' | 'platformToken' | 'dataDir' | 'catalogUrl'>;

/**
 * Finds the connection in the settings, else of a running `rocket start`. Null when there is neither. @throws
 * RocketError for incomplete settings
 */
export async function findConnection(config: Settings): Promise<AdminConnection | null> {
  const { platformUrl, platformToken } = config;
  if (platformUrl !== null) {
    if (platformToken !== null) return { url: platformUrl, token: platformToken };
    throw new RocketError('UNAUTHENTICATED', `ROCKET_URL is set to ${platformUrl}, but ROCKET_TOKEN is not`, {
      details: { hint: 'get a token with POST /auth/login and set ROCKET_TOKEN' },
    });
  }
  const file = await readServerFile(config.dataDir);
  if (file === null || !isRunning(file)) return null;
  requireSameCatalog(config, file);
  return { url: file.url, token: platformToken ?? file.token };
}

/** Refuses two installations in one place: a command meant for one must not change the other. */
function requireSameCatalog({ catalogUrl, dataDir }: Settings, { catalog }: ServerFile): void {
  if (catalogUrl === null || databasePlace(catalogUrl) === catalog) return;
  const running = catalog === null ? 'its own Postgres' : `the catalog at ${catalog}`;
  throw new RocketError(
    'CONFLICT',
    `The server that runs in ${dataDir} uses ${running}, but the settings name the catalog at ${databasePlace(catalogUrl)}`,
    {
      details: {
        hint: 'set ROCKET_URL and ROCKET_TOKEN to say whom to ask, or unset ROCKET_CATALOG_URL and DATABASE_URL',
      },
    },
  );
}

/** @throws RocketError that says how to get one */
export async function requireConnection(config: Settings): Promise<AdminConnection> {
  const connection = await findConnection(config);
  if (connection !== null) return connection;
  throw new RocketError('NOT_READY', `No server is running in ${config.dataDir}`, {
    details: { hint: 'start one with `rocket start`, or set ROCKET_URL and ROCKET_TOKEN' },
  });
}
