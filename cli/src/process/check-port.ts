import { createServer } from 'node:net';
import type { Config } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use',
  EACCES: 'may not be used by this user',
  EADDRNOTAVAIL: 'cannot be used on this machine',
};

/** Runs before the slow parts of a start, so that a taken port is reported at once. @throws RocketError `CONFLICT` */
export async function checkPort(port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const probe = createServer();
  probe.once('error', reject);
  probe.listen(port, host, () => probe.close(() => resolve()));
  try {
    await promise;
  } catch (cause) {
    throw listenError(cause, port, host);
  }
}

/** Explains why listening failed. */
export function listenError(cause: unknown, port: number, host: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS[code];
  if (reason === undefined) return cause;
  return new RocketError('CONFLICT', `Port ${port} on ${host} ${reason}`, {
    cause,
    details: { hint: 'set PORT to another one' },
  });
}

/** Listens where the settings say it, and resolves with the port. @throws RocketError `CONFLICT` when that cannot be */
export async function listenAsConfigured(
  server: { listen(port: number, host: string): Promise<number> },
  { port, host }: Pick<Config, 'port' | 'host'>,
): Promise<number> {
  try {
    return await server.listen(port, host);
  } catch (error) {
    throw listenError(error, port, host);
  }
}
