import type { Catalog, Config, PlatformUser } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { type CommandLine, print } from '../command-line.ts';
import { shownUrl } from '../process/addresses.ts';
import type { Late } from '../process/late.ts';
import type { AdminSecret } from './admin-user.ts';

/** A customer of the example documents who has orders. */
const EXAMPLE_CUSTOMER = 'c0000000-0000-4000-8000-000000000001';
const NESTED_QUERY = `query { customer(id: \\"${EXAMPLE_CUSTOMER}\\") { name orders { total items { product { name } } } } }`;

export interface Announced {
  readonly config: Pick<Config, 'host' | 'demo'>;
  readonly catalog: Late<Catalog>;
  readonly admin: { user: PlatformUser; secret: AdminSecret };
  readonly port: number;
}

/** The last thing a start prints: where everything is, how to sign in, and a first query to paste. */
export async function announce(
  line: CommandLine,
  { config, catalog, admin, port }: Announced,
): Promise<void> {
  const url = shownUrl(config.host, port);
  const { apps } = await catalog.get().snapshot();
  // Measured from the start of the process, which is the time that the user waited.
  const seconds = (performance.now() / 1_000).toFixed(1);
  const served = [...apps.values()].filter((app) => app.activeRevision !== null).map((app) => app.name);
  const showsOrders = served.includes(appName('crm')) && served.includes(appName('ecommerce'));
  print(
    line,
    [
      '',
      `Rocket Graph is ready after ${seconds} s.`,
      '',
      `  Overview    ${url}/`,
      `  All apps    ${url}/graphql`,
      ...served.map((app) => `  ${app.padEnd(11)} ${url}/apps/${app}/graphql`),
      `  Admin API   ${url}/admin/graphql`,
      '',
      `Sign in as ${admin.user.email}${passwordPart(admin.secret)}.`,
      'A first query:',
      '',
      ...firstQuery({ url, email: admin.user.email, secret: admin.secret, showsOrders }),
      '',
    ].join('\n'),
  );
}

function passwordPart(secret: AdminSecret): string {
  switch (secret.kind) {
    case 'given':
      return ' with the password of ROCKET_ADMIN_PASSWORD';
    case 'generated':
      return ` with password ${secret.password} (kept in ${secret.file})`;
    case 'unknown':
      return ' with the password that was set before; ROCKET_ADMIN_PASSWORD sets a new one';
  }
}

function firstQuery(input: {
  url: string;
  email: string;
  secret: AdminSecret;
  showsOrders: boolean;
}): string[] {
  const { url, email, secret, showsOrders } = input;
  const password = secret.kind === 'generated' ? secret.password : 'PASSWORD';
  const path = showsOrders ? '/apps/crm/graphql' : '/graphql';
  const query = showsOrders ? NESTED_QUERY : '{ __typename }';
  const json = "-H 'content-type: application/json'";
  return [
    `  token=$(curl -s ${url}/auth/login ${json} \\`,
    `    -d '{"email":"${email}","password":"${password}"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${url}${path} -H "authorization: Bearer $token" ${json} \\`,
    `    -d '{"query":"${query}"}'`,
  ];
}
