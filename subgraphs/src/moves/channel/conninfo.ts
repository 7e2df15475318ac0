/** Modes of libpq, which is what a Postgres server connects with; the driver of this process knows some more. */
const SSL_MODES = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']);
const DEFAULT_PORT = '5432';

/** Where a database is, as one Postgres server tells another. @param url of the server */
export function conninfo(url: string, database: string): string {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const sslmode = searchParams.get('sslmode');
  const parts: readonly (readonly [string, string])[] = [
    // An address of IPv6 has brackets in a URL only.
    ['host', hostname.replace(/^\[|\]$/g, '')],
    ['port', port === '' ? DEFAULT_PORT : port],
    ['user', decodeURIComponent(username)],
    ['password', decodeURIComponent(password)],
    ['dbname', database],
    ...(sslmode !== null && SSL_MODES.has(sslmode) ? [['sslmode', sslmode] as const] : []),
  ];
  return parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}='${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}
