/** The description of a file that a record keeps. */
import { STORED_FILE_NAMES } from '@rocket/schema';

/** SQL of the description, as jsonb, in a query on the table of files under this alias. */
export function describedFileSql(alias: string): string {
  const parts = Object.values(STORED_FILE_NAMES).map((name) => `'${name}', ${alias}.${name}`);
  return `jsonb_build_object(${parts.join(', ')})`;
}
