import type { Config } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** @throws RocketError `BAD_REQUEST` that says what to set */
export function requireCatalogUrl(config: Pick<Config, 'catalogUrl'>): string {
  if (config.catalogUrl !== null) return config.catalogUrl;
  throw new RocketError('BAD_REQUEST', 'No catalog is named', {
    details: {
      hint: 'set ROCKET_CATALOG_URL or DATABASE_URL; `rocket start` runs everything in one process without',
    },
  });
}
