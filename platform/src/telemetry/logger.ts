import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../config/variables.ts';
import { errorFields } from './error-fields.ts';

export type { Logger } from 'pino';

const SECRET_KEYS = [
  'authorization',
  'password',
  'token',
  'secret',
  'accessToken',
  'refreshToken',
  'tokenSecret',
  'internalKey',
  'databaseUrl',
  'cookie',
] as const;

/**
 * At the top level, and one and two levels down (`req.headers.authorization`); pino has no paths of arbitrary depth.
 */
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON lines with the time in ISO 8601; secrets are replaced before they are written. Standard output by default. */
export function createLogger(options: {
  level: LogLevel;
  name: string;
  destination?: DestinationStream;
}): Logger {
  const settings = {
    level: options.level,
    name: options.name,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorFields, error: errorFields },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
