import { type Catalog, type Component, isConnectionError, type Logger, openCatalog } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { describeError } from '../output/describe-error.ts';
import { checkServerOf, placeOf } from './check-server.ts';
import type { Late } from './late.ts';

/** The catalog, its tables brought up to date. */
export function catalogComponent(options: {
  catalog: Late<Catalog>;
  url: () => string;
  logger: Logger;
}): Component {
  const { catalog, url, logger } = options;
  return {
    name: 'catalog',
    start: async () => catalog.set(await openNamedCatalog({ url: url(), logger })),
    stop: () => catalog.get().close(),
  };
}

/** @throws RocketError `NOT_READY` that says which catalog it was, and what names it */
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
