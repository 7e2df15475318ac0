import { once } from 'node:events';
import { createServer } from 'node:net';
import { RocketError } from '@rocket/schema';
import { type Home, readIfThere } from './home.ts';

const LOOPBACK = '127.0.0.1';

/**
 * The requested port, else the port of the last start, so that stored URLs stay valid, else any free one.
 * @throws RocketError `CONFLICT` when the requested port is taken
 */
export async function choosePort(home: Home, asked: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if ((await tryPort(asked)) !== null) return asked;
    throw new RocketError('CONFLICT', `Port ${asked} for the embedded PostgreSQL is already in use`);
  }
  const last = Number.parseInt((await readIfThere(home.portFile)) ?? '', 10);
  const kept = Number.isSafeInteger(last) && last > 0 && last < 65_536 ? await tryPort(last) : null;
  const port = kept ?? (await tryPort(0));
  if (port === null) throw new RocketError('NOT_READY', `No free port on ${LOOPBACK}`);
  return port;
}

/** The port if it is free (0: some free port), null if it is taken. */
async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
