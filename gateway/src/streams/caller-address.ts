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

const IPV6_GROUPS = 8;
/** A line has as many addresses of IPv6 as it likes. These groups, 64 bits, are its own. */
const NETWORK_GROUPS = 4;

/**
 * The address by which callers without a token are counted: the socket's, or what a proxy nearby has added to
 * `X-Forwarded-For` last; of IPv6 its network. Who connects from nearby without a proxy can name any address, so this bounds;
 * it proves nothing.
 */
export function callerAddress({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const address = socket.remoteAddress ?? '';
  const family = isIP(address);
  if (family === 0 || !NEAR.check(address, family === 6 ? 'ipv6' : 'ipv4')) return networkOf(address);
  const told =
    String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  return networkOf(isIP(told) === 0 ? address : told);
}

/** The first groups of an address of IPv6; one of IPv4, also within IPv6, as it is. */
function networkOf(address: string): string {
  if (isIP(address) !== 6 || address.includes('.')) return address;
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: IPV6_GROUPS - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS);
  // Equal networks may be written with zeros in front of their digits, and without.
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::`;
}
