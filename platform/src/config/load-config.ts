import { RocketError } from '@rocket/schema';
import type { z } from 'zod';
import { databaseUrl, MAINTENANCE_DATABASE, withDatabase } from '../postgres/server.ts';
import { type LogLevel, VARIABLES } from './variables.ts';

/** Database of the catalog on a server that only `DATABASE_URL` names. */
export const CATALOG_DATABASE = 'rocket_catalog';

/** Settings of a process. Absent optional ones are null, so that every property exists. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Import the examples on first start. */
  readonly demo: boolean;
  readonly adminEmail: string;
  readonly adminPassword: string | null;
  /** Server for the catalog and the default shards, with one of its databases; null means the embedded one. */
  readonly databaseUrl: string | null;
  /** The catalog's own database; null when it is on the embedded server. */
  readonly catalogUrl: string | null;
  /** Where other processes reach this shard. */
  readonly shardUrl: string | null;
  readonly logLevel: LogLevel;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Most connections to the process's HTTP server; further ones are closed at once. */
  readonly maxConnections: number;
  readonly poolMaxPerApp: number;
  readonly poolMaxPerProcess: number;
  readonly poolAcquireTimeoutMs: number;
  /** Statements that take at least this long are logged; 0 logs none. */
  readonly slowQueryMs: number;
  /** Databases are reached through PgBouncer in transaction mode. */
  readonly pgbouncer: boolean;
  /** Off by default behind PgBouncer, where they need version 1.21. */
  readonly preparedStatements: boolean;
  readonly introspection: boolean;
  /** Token with which a scraper reads a gateway's metrics; null leaves them to platform users. */
  readonly metricsToken: string | null;
  /** Port where metrics need no token; null for none. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  /** Origins whose pages may call the gateway; none by default, `*` means any. */
  readonly corsOrigins: readonly string[];
  /** Addresses and networks that webhooks may call beside those of the internet; `private` means all private ones. */
  readonly outgoingAllow: readonly string[];
  /** What headers of webhooks may take from the environment: values of the variables that are allowed and set. */
  readonly webhookVariables: ReadonlyMap<string, string>;
  /** Most time that a webhook may hold up a write. */
  readonly webhookTimeoutMs: number;
  /** Most time for one attempt to deliver what is sent after a write. */
  readonly webhookDeliveryTimeoutMs: number;
  /** How long it is known what was sent, and what came of it. */
  readonly webhookLogDays: number;
  /** How long the former database of an app that was moved is kept. */
  readonly moveKeepHours: number;
  /** A move that gets no further for so long is given up. */
  readonly movePatienceMinutes: number;
  /** An endpoint that has accepted nothing for so long is sent nothing any more. */
  readonly webhookDisableAfterHours: number;
  /** Events of one app that may wait for the stream, in one shard process, before writes are refused. */
  readonly eventsMaxWaiting: number;
  /** Servers of one NATS cluster; none for the bus in process. */
  readonly natsUrls: readonly string[];
  /** Files: `.creds` or the seed of an NKEY, the authority of the servers, and this client's certificate with its key. */
  readonly natsCreds: string | null;
  readonly natsCa: string | null;
  readonly natsCert: string | null;
  readonly natsKey: string | null;
  /** How long events are kept in the stream, in how many copies, and in how many bytes; null for as many as there are. */
  readonly eventsRetentionDays: number;
  readonly eventsReplicas: number;
  readonly eventsMaxBytes: number | null;
  /** Whether answers are kept at all. */
  readonly cache: boolean;
  /** Memory of a gateway for answers, most of it for one of them, and how long one is kept at most. */
  readonly cacheMaxBytes: number;
  readonly cacheMaxEntryBytes: number;
  readonly cacheTtlSeconds: number;
  /** What processes share of what they keep; null for nothing. */
  readonly redisUrl: string | null;
  /** Address of the platform that the command line talks to. */
  readonly platformUrl: string | null;
  readonly platformToken: string | null;
}

/**
 * Reads the settings once, at the start of a process. A variable set to nothing counts as unset, as compose files
 * pass on variables that the host does not have.
 * @throws RocketError `BAD_REQUEST` that lists every faulty variable by name; values are not repeated, some are secret.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = VARIABLES.safeParse(given);
  const faults = [
    ...undecodable(given).map((name) => `${name} is not in UTF-8`),
    ...unpaired(given),
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
  ];
  if (!parsed.success || faults.length > 0) {
    throw new RocketError('BAD_REQUEST', `Wrong settings in the environment: ${faults.join('; ')}`);
  }
  return Object.freeze(toConfig(parsed.data, given));
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables whose bytes are not UTF-8: the system replaces what it cannot decode by this character. */
function undecodable(given: Environment): string[] {
  return Object.keys(VARIABLES.shape).filter((name) => given[name]?.includes('\uFFFD') === true);
}

/** A certificate is of no use without its key, nor the key without it. */
function unpaired(given: Readonly<Record<string, string | undefined>>): string[] {
  if ((given['NATS_CERT'] === undefined) === (given['NATS_KEY'] === undefined)) return [];
  return ['NATS_CERT and NATS_KEY must be set together'];
}

function toConfig(variables: z.infer<typeof VARIABLES>, given: Environment): Config {
  const { DATABASE_URL, ROCKET_CATALOG_URL } = variables;
  const server = DATABASE_URL === undefined ? null : withDatabase(DATABASE_URL, MAINTENANCE_DATABASE);
  const catalog =
    ROCKET_CATALOG_URL === undefined ? null : withDatabase(ROCKET_CATALOG_URL, CATALOG_DATABASE);
  return {
    port: variables.PORT,
    host: variables.HOST,
    dataDir: variables.ROCKET_DATA_DIR,
    demo: variables.ROCKET_DEMO,
    adminEmail: variables.ROCKET_ADMIN_EMAIL,
    adminPassword: variables.ROCKET_ADMIN_PASSWORD ?? null,
    databaseUrl: server,
    catalogUrl: catalog ?? (server === null ? null : databaseUrl(server, CATALOG_DATABASE)),
    shardUrl: variables.ROCKET_SHARD_URL ?? null,
    logLevel: variables.ROCKET_LOG_LEVEL,
    requestTimeoutMs: variables.ROCKET_REQUEST_TIMEOUT_MS,
    maxBodyBytes: variables.ROCKET_MAX_BODY_BYTES,
    maxConnections: variables.ROCKET_MAX_CONNECTIONS,
    poolMaxPerApp: variables.ROCKET_POOL_MAX_PER_APP,
    poolMaxPerProcess: variables.ROCKET_POOL_MAX_PER_PROCESS,
    poolAcquireTimeoutMs: variables.ROCKET_POOL_ACQUIRE_TIMEOUT_MS,
    slowQueryMs: variables.ROCKET_SLOW_QUERY_MS,
    pgbouncer: variables.ROCKET_PGBOUNCER,
    preparedStatements: preparedStatements(variables),
    introspection: variables.ROCKET_INTROSPECTION,
    metricsToken: variables.ROCKET_METRICS_TOKEN ?? null,
    metricsPort: variables.ROCKET_METRICS_PORT ?? null,
    metricsHost: variables.ROCKET_METRICS_HOST,
    corsOrigins: Object.freeze(variables.ROCKET_CORS_ORIGINS),
    outgoingAllow: Object.freeze(variables.ROCKET_OUTGOING_ALLOW),
    ...webhookSettings(variables, given),
    eventsMaxWaiting: variables.ROCKET_EVENTS_MAX_WAITING,
    natsUrls: Object.freeze(variables.NATS_URL),
    natsCreds: variables.NATS_CREDS ?? null,
    natsCa: variables.NATS_CA ?? null,
    natsCert: variables.NATS_CERT ?? null,
    natsKey: variables.NATS_KEY ?? null,
    eventsRetentionDays: variables.ROCKET_EVENTS_RETENTION_DAYS,
    eventsReplicas: variables.ROCKET_EVENTS_REPLICAS,
    eventsMaxBytes: variables.ROCKET_EVENTS_MAX_BYTES ?? null,
    cache: variables.ROCKET_CACHE,
    cacheMaxBytes: variables.ROCKET_CACHE_MAX_BYTES,
    cacheMaxEntryBytes: variables.ROCKET_CACHE_MAX_ENTRY_BYTES,
    cacheTtlSeconds: variables.ROCKET_CACHE_TTL_SECONDS,
    redisUrl: variables.REDIS_URL ?? null,
    platformUrl: variables.ROCKET_URL ?? null,
    platformToken: variables.ROCKET_TOKEN ?? null,
  };
}

function preparedStatements(variables: z.infer<typeof VARIABLES>): boolean {
  const { ROCKET_PREPARED_STATEMENTS: chosen, ROCKET_PGBOUNCER: pgbouncer } = variables;
  return chosen === undefined ? !pgbouncer : chosen === '1';
}

function webhookSettings(variables: z.infer<typeof VARIABLES>, given: Environment) {
  const allowed = variables.ROCKET_WEBHOOK_ENV.flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    webhookVariables: new Map(allowed),
    webhookTimeoutMs: variables.ROCKET_WEBHOOK_TIMEOUT_MS,
    webhookDeliveryTimeoutMs: variables.ROCKET_WEBHOOK_DELIVERY_TIMEOUT_MS,
    webhookLogDays: variables.ROCKET_WEBHOOK_LOG_DAYS,
    moveKeepHours: variables.ROCKET_MOVE_KEEP_HOURS,
    movePatienceMinutes: variables.ROCKET_MOVE_PATIENCE_MINUTES,
    webhookDisableAfterHours: variables.ROCKET_WEBHOOK_DISABLE_AFTER_HOURS,
  };
}
