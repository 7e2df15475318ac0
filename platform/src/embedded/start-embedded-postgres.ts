import type { RocketError } from '@rocket/schema';
import { cleanUpAfter } from '../lifecycle/clean-up.ts';
import type { Logger } from '../telemetry/logger.ts';
import { findBinaries } from './binaries.ts';
import { serverAccount } from './home/account.ts';
import { type Home, prepareHome } from './home/home.ts';
import { lockHome } from './home/home-lock.ts';
import { ownCluster } from './home/own-cluster.ts';
import { choosePort } from './home/ports.ts';
import { ensureCluster, SUPERUSER } from './init-cluster.ts';
import { launchServer } from './launch-server.ts';
import { clearOrphan } from './orphan.ts';
import { stageBinaries } from './stage-binaries.ts';
import { SupervisedServer } from './supervised-server.ts';

export interface EmbeddedPostgresOptions {
  /** Directory of the data, kept between runs; created when missing. */
  readonly dataDir: string;
  /** Port on 127.0.0.1. By default that of the last start if it is free, else any free one. */
  readonly port?: number;
  readonly logger: Logger;
  /** False gives up safety against a crash of the machine for speed; for tests. */
  readonly durable?: boolean;
  /**
   * Files that exist only after a run with a database: if one exists without a database, no new database is created.
   */
  readonly tracesOfUse?: readonly string[];
  /** Called when the server has ended by itself and cannot be started again. By default it is only logged. */
  readonly onLost?: (error: RocketError) => void;
}

export interface EmbeddedPostgres {
  /** URL of the superuser for the database `postgres`. */
  readonly url: string;
  /** Process id; changes when the server is started again. */
  readonly pid: number;
  /** Where the files are: under the data directory, or elsewhere when the server's user cannot get there. */
  readonly directory: string;
  /** Ends the server and returns when it has ended. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Runs PostgreSQL from the npm package, as user `postgres` when we are root. A server that an earlier run left behind
 * is stopped first. A server that ends by itself is started again, on the same port. When the process exits without
 * `stop`, it tells the server to end; after a `kill -9` the next start does so.
 * @throws RocketError `CONFLICT` when the data directory or the port is in use, `NOT_READY` when it cannot start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, dataDir } = options;
  const durable = options.durable ?? true;
  const found = await findBinaries();
  const account = await serverAccount();
  const binaries = await stageBinaries(found, account);
  const home = await prepareHome(dataDir, account);
  const unlock = lockHome(home);
  try {
    await ownCluster(home, account);
    await clearOrphan(home, logger);
    const { tracesOfUse = [] } = options;
    const password = await ensureCluster({ binaries, home, account, durable, tracesOfUse });
    const port = await choosePort(home, options.port);
    const launch = () => launchServer({ binaries, home, account, port, durable });
    const { onLost = () => undefined } = options;
    const server = new SupervisedServer(await launch(), { logger, launch, onLost });
    const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
    return control({ url, server, home, unlock });
  } catch (error) {
    await cleanUpAfter(error, unlock);
    throw error;
  }
}

function control(options: {
  url: string;
  server: SupervisedServer;
  home: Home;
  unlock: () => void;
}): EmbeddedPostgres {
  const { url, server, home, unlock } = options;
  let stopping: Promise<void> | undefined;
  return {
    url,
    get pid() {
      return server.pid;
    },
    directory: home.directory,
    stop() {
      stopping ??= server.stop().then(unlock);
      return stopping;
    },
  };
}
