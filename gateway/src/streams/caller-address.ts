import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Where a proxy of the installation is, and strangers are not. */
const NEAR = new BlockList();
NEAR.addSubnet('127.0.0.0', 8);
NEAR.addSubnet('10.0.0.0', 8);
NEAR.addSubnet('172.16.0.0', 12);
NEAR.addSubnet('192.168.0.0', 16);
NEAR.addSubnet('fc00::', 7, 'ipv6');
NEAR.addAddress('::1', 'ipv6');

/**
 * The address by which callers without a token are counted: the socket's, or what a proxy nearby has added to
 * `X-Forwarded-For` last. Who connects from nearby without a proxy can name any address, so this bounds; it proves nothing.
 */
export function callerAddress({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const address = socket.remoteAddress ?? '';
  const family = isIP(address);
  if (family === 0 || !NEAR.check(address, family === 6 ? 'ipv6' : 'ipv4')) return address;
  const told =
    String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  return isIP(told) === 0 ? address : told;
}
