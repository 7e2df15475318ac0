import { readFile } from 'node:fs/promises';
import { RocketError } from '@rocket/schema';
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator, type TlsOptions } from 'nats';
import type { Logger } from '../../telemetry/logger.ts';
import type { StreamOptions } from './stream/stream-settings.ts';

export interface NatsOptions {
  readonly logger: Logger;
  /** What the server's monitoring calls the connection. */
  readonly name: string;
  /** `nats://` or `tls://` URLs; user and password, or a token, stand in them and are the same in all that have any. */
  readonly servers: readonly string[];
  /** A `.creds` file, or one with the seed of an NKEY. */
  readonly credsFile: string | null;
  readonly caFile: string | null;
  /** Of this client, with `keyFile`. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly stream: StreamOptions;
}

/** Of one server; the next one is tried then. */
const CONNECT_TIMEOUT_MS = 2_000;
/** A server that is frozen, or behind a cut that nobody reports, is given up after three of them. */
const PING_INTERVAL_MS = 3_000;
const MAX_PINGS_OUT = 2;

/**
 * What a connection is opened with. The credentials are read anew each time, so that changed ones are used. The client
 * does not reconnect by itself: `openNatsLink` does, as everything has to be checked before anything goes on.
 * @throws RocketError `BAD_REQUEST` when the URLs contradict each other or the credentials cannot be read
 */
export async function connectionOptions(options: NatsOptions): Promise<ConnectionOptions> {
  const tls = tlsOptions(options);
  return {
    name: options.name,
    servers: options.servers.map((server) => new URL(server).host),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    reconnect: false,
    noAsyncTraces: true,
    ...urlCredentials(options.servers),
    ...(tls === null ? {} : { tls }),
    ...(options.credsFile === null ? {} : { authenticator: await readCredentials(options.credsFile) }),
  };
}

function tlsOptions({ servers, caFile, certFile, keyFile }: NatsOptions): TlsOptions | null {
  const wanted = servers.some((server) => server.startsWith('tls:'));
  if (!wanted && caFile === null && certFile === null) return null;
  return {
    ...(caFile === null ? {} : { caFile }),
    ...(certFile === null ? {} : { certFile }),
    ...(keyFile === null ? {} : { keyFile }),
  };
}

function urlCredentials(servers: readonly string[]): Pick<ConnectionOptions, 'user' | 'pass' | 'token'> {
  const given = servers.map((server) => new URL(server)).filter(({ username }) => username !== '');
  const [first, ...others] = given;
  if (first === undefined) return {};
  if (others.some((url) => url.username !== first.username || url.password !== first.password)) {
    throw new RocketError('BAD_REQUEST', 'The NATS servers have different credentials in their URLs');
  }
  const user = decodeURIComponent(first.username);
  return first.password === '' ? { token: user } : { user, pass: decodeURIComponent(first.password) };
}

async function readCredentials(file: string) {
  try {
    const content = await readFile(file);
    const isCreds = content.includes('BEGIN NATS USER JWT');
    return isCreds ? credsAuthenticator(content) : nkeyAuthenticator(Buffer.from(content.toString().trim()));
  } catch (cause) {
    throw new RocketError('BAD_REQUEST', `The NATS credentials in ${file} cannot be read`, { cause });
  }
}
