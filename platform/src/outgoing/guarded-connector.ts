/**
 * Connections to addresses that a guard allows, and to no others. A name is looked up once for each connection, and the
 * connection goes to the addresses that were checked: a second answer of the DNS cannot lead elsewhere.
 */
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { OutgoingError } from './outgoing-error.ts';

export interface GuardedConnectorOptions {
  readonly isAllowed: (address: string) => boolean;
  /** All addresses of a name. */
  readonly resolve: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Until the connection is there. */
  readonly timeoutMs: number;
}

/** Its errors for addresses that are not allowed are `OutgoingError` with the failure `forbidden`. */
export function guardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { isAllowed, timeoutMs } = options;
  const connect = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(options) });
  return (to, callback) => {
    // Node asks no lookup about what is an address already.
    if (isIP(to.hostname) !== 0 && !isAllowed(to.hostname)) {
      process.nextTick(callback, forbidden(to.hostname), null);
      return;
    }
    connect(to, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const reached = socket.remoteAddress;
      if (reached !== undefined && isAllowed(reached)) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      // A connection that the other side has reset at once has no address any more.
      const isLost = reached === undefined;
      callback(isLost ? new Error('The connection was lost at once') : forbidden(reached), null);
    });
  };
}

/** Its answer is never empty. One forbidden address among the answers is enough to refuse the name: nobody serves the internet and a host inside. */
function guardedLookup({ isAllowed, resolve }: GuardedConnectorOptions): LookupFunction {
  const checked = async (hostname: string) => {
    const [first, ...others] = await resolve(hostname);
    if (first === undefined) throw new Error(`${hostname} has no address`);
    const addresses = [first, ...others];
    const bad = addresses.find(({ address }) => !isAllowed(address));
    if (bad !== undefined) throw forbidden(`${hostname} at ${bad.address}`);
    return { first, addresses };
  };
  return (hostname, { all }, callback) => {
    checked(hostname).then(
      ({ first, addresses }) =>
        all === true ? callback(null, addresses) : callback(null, first.address, first.family),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), []),
    );
  };
}

function forbidden(what: string): OutgoingError {
  return new OutgoingError('forbidden', `${what} may not be called; see ROCKET_OUTGOING_ALLOW`);
}
