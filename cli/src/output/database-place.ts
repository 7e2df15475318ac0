/** Host and database of a Postgres URL alone: the rest may hold a password, its query too. Empty for what is no URL. */
export function databasePlace(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : `${parsed.host}${parsed.pathname}`;
}
