import { type Catalog, type Component, type Logger, openCatalog } from '@rocket/platform';
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
    start: async () => catalog.set(await openCatalog({ url: url(), logger })),
    stop: () => catalog.get().close(),
  };
}
