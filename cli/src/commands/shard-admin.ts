import { createLogger } from '@rocket/platform';
import { RocketError, shardName } from '@rocket/schema';
import { createAdminClient } from '../admin/client.ts';
import { connectAdmin } from '../admin/connect.ts';
import { findConnection, requireConnection } from '../admin/connection.ts';
import { AddShardDocument, ListShardsDocument, RemoveShardDocument } from '../admin/generated/operations.ts';
import { type CommandLine, configOf, print, printJson } from '../command-line.ts';
import { formatTable } from '../output/table.ts';
import { openNamedCatalog } from '../process/open-catalog.ts';

export interface AddShardOptions {
  readonly name: string;
  readonly database: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Through a server when one is known, else in the catalog itself: a deployment adds its shards before any gateway. */
export async function addShard(line: CommandLine, options: AddShardOptions): Promise<void> {
  const name = shardName(options.name);
  const databaseUrl = checkUrl('--database', options.database, ['postgres:', 'postgresql:']);
  const url = options.url === undefined ? null : checkUrl('--url', options.url, ['http:', 'https:']);
  const config = configOf(line);
  const connection = await findConnection(config);
  if (connection === null && config.catalogUrl !== null) {
    const logger = createLogger({ level: 'silent', name: 'cli' });
    const catalog = await openNamedCatalog({ url: config.catalogUrl, logger });
    try {
      await catalog.addShard({ name, databaseUrl, url });
    } finally {
      await catalog.close();
    }
  } else {
    const client = createAdminClient(connection ?? (await requireConnection(config)));
    await client.send(AddShardDocument, { name, databaseUrl, url });
  }
  if (options.json === true) printJson(line, { name, url });
  else
    print(
      line,
      `${name} added${url === null ? `; run it with \`rocket shard --name ${name}\`` : ` at ${url}`}`,
    );
}

export async function listShards(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const { shards } = await client.send(ListShardsDocument, {});
  if (options.json === true) {
    printJson(line, shards);
    return;
  }
  const rows = shards.map(({ name, state, healthy, url, apps }) => [
    name,
    state,
    healthy ? 'yes' : 'no',
    url ?? '(in the gateway)',
    apps.join(', ') || '-',
  ]);
  const header = ['NAME', 'STATE', 'HEALTHY', 'URL', 'APPS'];
  print(
    line,
    formatTable(header, rows, 'No shards yet: add one with `rocket shard add NAME --database URL`.'),
  );
}

export async function removeShard(line: CommandLine, text: string): Promise<void> {
  const name = shardName(text);
  const client = await connectAdmin(line);
  await client.send(RemoveShardDocument, { name });
  print(line, `${name} removed`);
}

/** The value is not repeated: it may hold a password. */
function checkUrl(option: string, value: string, protocols: readonly string[]): string {
  const parsed = URL.parse(value);
  if (parsed !== null && protocols.includes(parsed.protocol)) return value;
  const forms = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new RocketError('BAD_REQUEST', `${option} must be a URL that starts with ${forms}`);
}
