/** Form of each environment variable. Every message is completed with the variable's name by `loadConfig`. */
import { ENVIRONMENT_NAME } from '@rocket/schema';
import { z } from 'zod';
import { isAllowEntry } from '../outgoing/address-guard.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_PORT = 4000;
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BODY_BYTES = MEBIBYTE;
const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_POOL_MAX_PER_APP = 50;
const DEFAULT_POOL_MAX_PER_PROCESS = 200;
const DEFAULT_SLOW_QUERY_MS = 100;
const DEFAULT_EVENTS_MAX_WAITING = 1_000_000;
const DEFAULT_EVENTS_RETENTION_DAYS = 7;
/** A stream that is smaller than the largest messages could hold nothing. */
const MIN_EVENTS_BYTES = 16 * MEBIBYTE;
const DEFAULT_CACHE_BYTES = 128 * MEBIBYTE;
const DEFAULT_CACHE_TTL_SECONDS = 600;
const MAX_CACHE_TTL_SECONDS = 86_400;
const MIN_METRICS_TOKEN_LENGTH = 16;
const DEFAULT_WEBHOOK_TIMEOUT_MS = 5_000;
const DEFAULT_DELIVERY_TIMEOUT_MS = 30_000;
const DEFAULT_WEBHOOK_LOG_DAYS = 7;
const DEFAULT_DISABLE_AFTER_HOURS = 120;
const DEFAULT_MOVE_KEEP_HOURS = 24;
const DEFAULT_MOVE_PATIENCE_MINUTES = 10;
/** A port that needs no token can only be reached from its own host unless configured otherwise. */
export const DEFAULT_METRICS_HOST = '127.0.0.1';
/** After this time a 503, which the caller can retry elsewhere, is better than more waiting. */
const MAX_POOL_ACQUIRE_TIMEOUT_MS = 5_000;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Digits only: `Number` would accept an empty text, `0x10` and `1e3` too. */
function wholeNumber(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(minimum, `must be at least ${minimum}`).max(maximum, `must be at most ${maximum}`));
}

function integer(minimum: number, maximum: number, fallback: number) {
  return wholeNumber(minimum, maximum).default(fallback);
}

function flag(fallback: boolean) {
  return z
    .enum(['0', '1'], 'must be 0 or 1')
    .transform((value) => value === '1')
    .default(fallback);
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  const parsed = URL.parse(value);
  return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== '';
}

function beginsWith(protocols: readonly string[]): string {
  return protocols.map((protocol) => `${protocol}//`).join(' or ');
}

function url(protocols: readonly string[]) {
  const message = `must be a URL that starts with ${beginsWith(protocols)}`;
  return z.string().refine((value) => isUrl(value, protocols), message);
}

/** One or more, separated by commas. */
function urls(protocols: readonly string[]) {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .refine(
      (parts) => parts.every((part) => isUrl(part, protocols)),
      `must be URLs that start with ${beginsWith(protocols)}, separated by commas`,
    );
}

const postgresUrl = url(['postgres:', 'postgresql:']);
const httpUrl = url(['http:', 'https:']);

/** Parts that are separated by commas; none by default. */
function list(isPart: (part: string) => boolean, message: string) {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every(isPart), message)
    .default([]);
}

/** Origins as browsers send them, `https://app.example.org`; `*` means any. */
const origins = list(
  (part) => part === '*' || URL.parse(part)?.origin === part,
  'must be `*`, or origins such as https://app.example.org separated by commas',
);

export const VARIABLES = z.object({
  PORT: integer(0, 65_535, DEFAULT_PORT),
  HOST: z.string().default('0.0.0.0'),
  ROCKET_DATA_DIR: z.string().default('.rocket'),
  ROCKET_DEMO: flag(true),
  ROCKET_ADMIN_EMAIL: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address')
    .default('admin@localhost'),
  ROCKET_ADMIN_PASSWORD: z.string().optional(),
  DATABASE_URL: postgresUrl.optional(),
  ROCKET_CATALOG_URL: postgresUrl.optional(),
  ROCKET_SHARD_URL: httpUrl.optional(),
  ROCKET_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  ROCKET_REQUEST_TIMEOUT_MS: integer(1, 3_600_000, DEFAULT_REQUEST_TIMEOUT_MS),
  ROCKET_MAX_BODY_BYTES: integer(1_024, 1024 * MEBIBYTE, DEFAULT_MAX_BODY_BYTES),
  ROCKET_MAX_CONNECTIONS: integer(1, 1_000_000, DEFAULT_MAX_CONNECTIONS),
  ROCKET_POOL_MAX_PER_APP: integer(1, 10_000, DEFAULT_POOL_MAX_PER_APP),
  ROCKET_POOL_MAX_PER_PROCESS: integer(1, 10_000, DEFAULT_POOL_MAX_PER_PROCESS),
  ROCKET_POOL_ACQUIRE_TIMEOUT_MS: integer(1, MAX_POOL_ACQUIRE_TIMEOUT_MS, MAX_POOL_ACQUIRE_TIMEOUT_MS),
  ROCKET_SLOW_QUERY_MS: integer(0, 3_600_000, DEFAULT_SLOW_QUERY_MS),
  ROCKET_PGBOUNCER: flag(false),
  ROCKET_PREPARED_STATEMENTS: z.enum(['0', '1'], 'must be 0 or 1').optional(),
  ROCKET_INTROSPECTION: flag(true),
  ROCKET_CORS_ORIGINS: origins,
  ROCKET_METRICS_TOKEN: z
    .string()
    .min(MIN_METRICS_TOKEN_LENGTH, `must have at least ${MIN_METRICS_TOKEN_LENGTH} characters`)
    .optional(),
  ROCKET_METRICS_PORT: wholeNumber(1, 65_535).optional(),
  ROCKET_METRICS_HOST: z.string().default(DEFAULT_METRICS_HOST),
  ROCKET_OUTGOING_ALLOW: list(
    isAllowEntry,
    'must be `private`, or addresses and networks such as 10.0.0.0/8 separated by commas',
  ),
  ROCKET_WEBHOOK_ENV: list(
    (part) => ENVIRONMENT_NAME.test(part),
    'must be names of environment variables separated by commas',
  ),
  ROCKET_WEBHOOK_TIMEOUT_MS: integer(1, 60_000, DEFAULT_WEBHOOK_TIMEOUT_MS),
  ROCKET_WEBHOOK_DELIVERY_TIMEOUT_MS: integer(1, 120_000, DEFAULT_DELIVERY_TIMEOUT_MS),
  ROCKET_WEBHOOK_LOG_DAYS: integer(1, 3_650, DEFAULT_WEBHOOK_LOG_DAYS),
  ROCKET_MOVE_KEEP_HOURS: integer(0, 8_760, DEFAULT_MOVE_KEEP_HOURS),
  ROCKET_MOVE_PATIENCE_MINUTES: integer(1, 1_440, DEFAULT_MOVE_PATIENCE_MINUTES),
  ROCKET_WEBHOOK_DISABLE_AFTER_HOURS: integer(1, 87_600, DEFAULT_DISABLE_AFTER_HOURS),
  ROCKET_EVENTS_MAX_WAITING: integer(1, 1_000_000_000, DEFAULT_EVENTS_MAX_WAITING),
  NATS_URL: urls(['nats:', 'tls:']).default([]),
  NATS_CREDS: z.string().optional(),
  NATS_CA: z.string().optional(),
  NATS_CERT: z.string().optional(),
  NATS_KEY: z.string().optional(),
  ROCKET_EVENTS_RETENTION_DAYS: integer(1, 3_650, DEFAULT_EVENTS_RETENTION_DAYS),
  ROCKET_EVENTS_REPLICAS: integer(1, 5, 1),
  ROCKET_EVENTS_MAX_BYTES: wholeNumber(MIN_EVENTS_BYTES, Number.MAX_SAFE_INTEGER).optional(),
  ROCKET_CACHE: flag(true),
  ROCKET_CACHE_MAX_BYTES: integer(MEBIBYTE, Number.MAX_SAFE_INTEGER, DEFAULT_CACHE_BYTES),
  ROCKET_CACHE_MAX_ENTRY_BYTES: integer(1_024, Number.MAX_SAFE_INTEGER, MEBIBYTE),
  ROCKET_CACHE_TTL_SECONDS: integer(1, MAX_CACHE_TTL_SECONDS, DEFAULT_CACHE_TTL_SECONDS),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  ROCKET_URL: httpUrl.optional(),
  ROCKET_TOKEN: z.string().optional(),
});
