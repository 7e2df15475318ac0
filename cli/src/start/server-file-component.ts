import {
  ACCESS_TOKEN_TTL_SECONDS,
  type Catalog,
  type CatalogView,
  type Component,
  type Config,
  isRevoked,
  type Logger,
  type PlatformUser,
  signAccessToken,
  TOKEN_ISSUER,
} from '@rocket/platform';
import { PLATFORM_AUDIENCE, RocketError } from '@rocket/schema';
import { removeServerFile, writeServerFile } from '../admin/server-file.ts';
import { databasePlace } from '../output/database-place.ts';
import { loopbackUrl } from '../process/addresses.ts';
import type { Late } from '../process/late.ts';

/** Interval of renewal, well before the token expires, because a command may take minutes. */
const RENEWAL_MS = 10 * 60 * 1_000;

/**
 * Keeps a fresh token in the data directory, so that commands on this machine need no login. It is the administrator's,
 * or another platform user's when they were removed.
 */
export function serverFileComponent(options: {
  config: Pick<Config, 'dataDir' | 'host' | 'catalogUrl'>;
  logger: Logger;
  catalog: Late<Catalog>;
  view: Late<CatalogView>;
  admin: () => PlatformUser;
  port: Late<number>;
}): Component {
  const { config, logger } = options;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let stopFollowing: (() => void) | undefined;
  let written: { userId: string; issuedAtMs: number } | undefined;

  async function write(): Promise<void> {
    const issuedAtMs = Date.now();
    const { platformTokenSecret } = await options.catalog.get().secrets();
    const { id, email } = await holder(options.catalog.get(), options.admin());
    const token = await signAccessToken({
      secret: platformTokenSecret,
      issuer: TOKEN_ISSUER,
      audience: PLATFORM_AUDIENCE,
      subject: id,
      claims: { email },
      ttlSeconds: ACCESS_TOKEN_TTL_SECONDS,
      issuedAtMs,
    });
    const url = loopbackUrl(config.host, options.port.get());
    const place = config.catalogUrl === null ? null : databasePlace(config.catalogUrl);
    await writeServerFile(config.dataDir, { url, token, pid: process.pid, catalog: place });
    written = { userId: id, issuedAtMs };
  }

  function renew(): void {
    writing = writing.then(write).catch((error: unknown) => {
      logger.error({ err: error }, 'the token of the command line is not renewed');
    });
  }

  return {
    name: 'access of the command line',
    async start() {
      await write();
      timer = setInterval(renew, RENEWAL_MS);
      timer.unref();
      stopFollowing = options.view.get().onChange((snapshot) => {
        if (written !== undefined && isRevoked(snapshot, { audience: PLATFORM_AUDIENCE, ...written }))
          renew();
      });
    },
    async stop() {
      clearInterval(timer);
      stopFollowing?.();
      await writing;
      await removeServerFile(config.dataDir);
    },
  };
}

async function holder(catalog: Catalog, admin: PlatformUser): Promise<PlatformUser> {
  const users = await catalog.platformUsers.list();
  const found = users.find(({ id }) => id === admin.id) ?? users.find(({ active }) => active);
  if (found === undefined) throw new RocketError('NOT_FOUND', 'There is no platform user');
  return found;
}
