import {
  type Catalog,
  type Component,
  type Config,
  type Logger,
  type PlatformUser,
  signAccessToken,
  TOKEN_ISSUER,
} from '@rocket/platform';
import { PLATFORM_AUDIENCE } from '@rocket/schema';
import { removeServerFile, writeServerFile } from '../admin/server-file.ts';
import { databasePlace } from '../output/database-place.ts';
import { loopbackUrl } from '../process/addresses.ts';
import type { Late } from '../process/late.ts';

const TOKEN_TTL_SECONDS = 15 * 60;
/** Interval of renewal, well before the token expires, because a command may take minutes. */
const RENEWAL_MS = 10 * 60 * 1_000;

/** Keeps a fresh token in the data directory, so that commands on this machine need no login. */
export function serverFileComponent(options: {
  config: Pick<Config, 'dataDir' | 'host' | 'catalogUrl'>;
  logger: Logger;
  catalog: Late<Catalog>;
  admin: () => PlatformUser;
  port: Late<number>;
}): Component {
  const { config, logger } = options;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const { platformTokenSecret } = await options.catalog.get().secrets();
    const { id, email } = options.admin();
    const token = await signAccessToken({
      secret: platformTokenSecret,
      issuer: TOKEN_ISSUER,
      audience: PLATFORM_AUDIENCE,
      subject: id,
      claims: { email },
      ttlSeconds: TOKEN_TTL_SECONDS,
    });
    const url = loopbackUrl(config.host, options.port.get());
    const place = config.catalogUrl === null ? null : databasePlace(config.catalogUrl);
    await writeServerFile(config.dataDir, { url, token, pid: process.pid, catalog: place });
  }

  function renew(): void {
    writing = write().catch((error: unknown) => {
      logger.error({ err: error }, 'the token of the command line is not renewed');
    });
  }

  return {
    name: 'access of the command line',
    async start() {
      await write();
      timer = setInterval(renew, RENEWAL_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await writing;
      await removeServerFile(config.dataDir);
    },
  };
}
