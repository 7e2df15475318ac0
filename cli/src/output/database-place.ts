/**
 * Only the host and database of a Postgres URL: the rest, including the query, may contain a password. Empty for an
 * invalid URL.
 */
export function databasePlace(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : `${parsed.host}${parsed.pathname}`;
}
