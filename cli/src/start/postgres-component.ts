import {
  CATALOG_DATABASE,
  type Component,
  type Config,
  databaseUrl,
  type EmbeddedPostgres,
  type Logger,
  startEmbeddedPostgres,
} from '@rocket/platform';
import { serverFilePath } from '../admin/server-file.ts';
import { checkNamedServer } from '../process/check-server.ts';
import type { Late } from '../process/late.ts';
import { adminPasswordFile } from './admin-user.ts';
import type { Progress } from './progress.ts';

/** The server of the settings, or the embedded one in the data directory. */
export function postgresComponent(options: {
  config: Pick<Config, 'databaseUrl' | 'dataDir'>;
  logger: Logger;
  progress: Progress;
  url: Late<string>;
  /** Called when the embedded server has ended and cannot be restarted. */
  onLost: (error: unknown) => void;
}): Component {
  const { config, logger, progress, url, onLost } = options;
  let server: EmbeddedPostgres | undefined;
  return {
    name: 'Postgres',
    async start() {
      if (config.databaseUrl !== null) {
        progress.tell('Using the Postgres server of DATABASE_URL');
        await checkNamedServer(config.databaseUrl);
        url.set(config.databaseUrl);
        return;
      }
      progress.tell(`Starting PostgreSQL in ${config.dataDir}`);
      server = await startEmbeddedPostgres({
        dataDir: config.dataDir,
        logger,
        onLost,
        // These files are made once the catalog exists.
        tracesOfUse: [adminPasswordFile(config.dataDir), serverFilePath(config.dataDir)],
      });
      url.set(server.url);
    },
    async stop() {
      await server?.stop();
    },
  };
}

/** The catalog of the settings, else its own database on the same server. */
export function catalogUrlOn(config: Pick<Config, 'catalogUrl'>, serverUrl: string): string {
  return config.catalogUrl ?? databaseUrl(serverUrl, CATALOG_DATABASE);
}
