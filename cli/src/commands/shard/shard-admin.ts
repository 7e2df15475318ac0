import {
  type Catalog,
  cleaningUp,
  createLogger,
  MAINTENANCE_DATABASE,
  refuseOldServer,
  withDatabase,
} from '@rocket/platform';
import { RocketError, shardName } from '@rocket/schema';
import { type AdminClient, createAdminClient } from '../../admin/client.ts';
import { connectAdmin } from '../../admin/connect.ts';
import { requireConnection } from '../../admin/connection.ts';
import {
  AddShardDocument,
  type AddShardMutation,
  SetShardReplicasDocument,
} from '../../admin/generated/operations.ts';
import { type CommandLine, configOf, print, printJson, printResult, WrongUsage } from '../../command-line.ts';
import { openNamedCatalog } from '../../process/open-catalog.ts';

const POSTGRES = ['postgres:', 'postgresql:'];

export interface AddShardOptions {
  readonly name: string;
  readonly database?: string;
  readonly url?: string;
  readonly replica?: readonly string[];
  readonly json?: boolean;
}

type AddedShard = Pick<AddShardMutation['addShard'], 'name' | 'process' | 'url'>;

export async function addShard(line: CommandLine, options: AddShardOptions): Promise<void> {
  const added =
    options.database === undefined
      ? await addLocalShard(line, options)
      : await addNamedShard(line, { ...options, database: options.database });
  const { name, process, url } = added;
  if (options.json === true) printJson(line, { name, state: process, url });
  else if (process === 'in_gateway') print(line, `${name} added, served by the process of the gateway`);
  else if (url !== null) print(line, `${name} added at ${url}`);
  else print(line, `${name} added; run it with \`rocket shard --name ${name}\``);
}

/** Adds a shard on the Postgres of a running `rocket start`, which also serves it; no other process can. */
async function addLocalShard(line: CommandLine, options: AddShardOptions): Promise<AddedShard> {
  if (options.url !== undefined || options.replica !== undefined) {
    throw new WrongUsage('--url and --replica need --database, the address of the primary');
  }
  const client = await connectAdmin(line);
  return (await client.send(AddShardDocument, { name: shardName(options.name) })).addShard;
}

async function addNamedShard(
  line: CommandLine,
  options: AddShardOptions & { readonly database: string },
): Promise<AddedShard> {
  const name = shardName(options.name);
  const databaseUrl = serverUrl('--database', options.database);
  const url = options.url === undefined ? null : checkUrl('--url', options.url, ['http:', 'https:']);
  const replicas =
    options.replica === undefined
      ? {}
      : { replicaUrls: options.replica.map((each) => serverUrl('--replica', each)) };
  return await administer<AddedShard>(line, {
    inCatalog: async (catalog) => {
      await refuseOldServer(databaseUrl);
      await catalog.addShard({ name, databaseUrl, url, ...replicas });
      // No gateway runs that could check an address.
      return { name, process: url === null ? 'never_started' : 'silent', url };
    },
    atServer: async (client) =>
      (await client.send(AddShardDocument, { name, databaseUrl, url, ...replicas })).addShard,
  });
}

export interface SetReplicasOptions {
  readonly name: string;
  readonly replicas: readonly string[];
  readonly database?: string;
  readonly json?: boolean;
}

export async function setShardReplicas(line: CommandLine, options: SetReplicasOptions): Promise<void> {
  const name = shardName(options.name);
  const replicaUrls = options.replicas.map((each) => serverUrl('the address of a replica', each));
  const databaseUrl = options.database === undefined ? null : serverUrl('--database', options.database);
  await administer(line, {
    inCatalog: (catalog) => catalog.setShardServers(name, { databaseUrl, replicaUrls }),
    atServer: async (client) => {
      await client.send(SetShardReplicasDocument, { name, databaseUrl, replicaUrls });
    },
  });
  const count = replicaUrls.length;
  const text = `${name} has ${count === 0 ? 'no' : count} replica${count === 1 ? '' : 's'}`;
  printResult(line, { json: options.json, value: { name, replicas: count }, text });
}

/**
 * Uses the server of the settings, else the catalog of the settings directly, because a deployment adds its shards
 * before any gateway runs. The server in the local data directory is used only when the settings name neither.
 */
async function administer<T>(
  line: CommandLine,
  ways: {
    inCatalog: (catalog: Catalog) => Promise<T>;
    atServer: (client: AdminClient) => Promise<T>;
  },
): Promise<T> {
  const config = configOf(line);
  if (config.platformUrl !== null || config.catalogUrl === null) {
    return await ways.atServer(createAdminClient(await requireConnection(config)));
  }
  const logger = createLogger({ level: 'silent', name: 'cli' });
  const catalog = await openNamedCatalog({ url: config.catalogUrl, logger });
  return await cleaningUp(
    () => ways.inCatalog(catalog),
    () => catalog.close(),
  );
}

function serverUrl(option: string, value: string): string {
  return withDatabase(checkUrl(option, value, POSTGRES), MAINTENANCE_DATABASE);
}

/** The value is not repeated: it may hold a password. */
function checkUrl(option: string, value: string, protocols: readonly string[]): string {
  const parsed = URL.parse(value);
  if (parsed !== null && protocols.includes(parsed.protocol)) return value;
  const forms = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new RocketError('BAD_REQUEST', `${option} must be a URL that starts with ${forms}`);
}
