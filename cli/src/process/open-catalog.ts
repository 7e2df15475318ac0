import {
  type Catalog,
  type CatalogView,
  type Component,
  cleaningUp,
  cleanUpAfter,
  followCatalog,
  isConnectionError,
  type Logger,
  openCatalog,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { describeError } from '../output/describe-error.ts';
import { checkServerOf, placeOf } from './check-server.ts';
import type { Late } from './late.ts';

/** Opens the catalog, migrates its tables, and makes the view that all parts of the process share. */
export function catalogComponent(options: {
  catalog: Late<Catalog>;
  view: Late<CatalogView>;
  url: () => string;
  logger: Logger;
}): Component {
  const { catalog, view, url, logger } = options;
  return {
    name: 'catalog',
    async start() {
      const opened = await openNamedCatalog({ url: url(), logger });
      try {
        view.set(await followCatalog(opened, logger));
      } catch (error) {
        await cleanUpAfter(error, () => opened.close());
        throw error;
      }
      catalog.set(opened);
    },
    stop: () =>
      cleaningUp(
        () => view.get().close(),
        () => catalog.get().close(),
      ),
  };
}

/** @throws RocketError `NOT_READY` that says which catalog it is, and which setting names it */
export async function openNamedCatalog(options: { url: string; logger: Logger }): Promise<Catalog> {
  try {
    await checkServerOf(options.url);
    return await openCatalog(options);
  } catch (cause) {
    if (cause instanceof RocketError) throw cause;
    const failed = isConnectionError(cause) ? 'cannot be reached' : 'cannot be opened';
    throw new RocketError(
      'NOT_READY',
      `The catalog${placeOf(options.url)} ${failed}: ${describeError(cause)}`,
      { cause, details: { hint: 'ROCKET_CATALOG_URL, or else DATABASE_URL, says where it is' } },
    );
  }
}
