/** A catalog of a run's own, so that several may share a Postgres server. */
import { randomBytes } from 'node:crypto';
import { databaseUrl, dropDatabase } from '@rocket/platform';
import type { CleanUp } from './clean-up.ts';

const NAME_BYTES = 4;

/** URL of a database that does not exist yet and is dropped in the end. */
export function newCatalogUrl(cleanUp: CleanUp, postgresUrl: string): string {
  const name = `bench_catalog_${randomBytes(NAME_BYTES).toString('hex')}`;
  cleanUp.push(() => dropDatabase(postgresUrl, name));
  return databaseUrl(postgresUrl, name);
}
