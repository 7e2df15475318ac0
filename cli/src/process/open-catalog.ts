import { type Catalog, type Component, isConnectionError, type Logger, openCatalog } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { describeError } from '../output/describe-error.ts';
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

/** Host and database alone: the rest of the URL may hold a password, its query too. */
function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : ` at ${parsed.host}${parsed.pathname}`;
}
