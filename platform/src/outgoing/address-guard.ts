/** Which addresses of the network may be called on behalf of a document, whose author chooses the URL. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** In a list of allowed addresses: those of hosts and networks that are not on the internet. */
export const PRIVATE_ADDRESSES = 'private';

/**
 * What {@link PRIVATE_ADDRESSES} stands for. Link-local addresses are not among them, because clouds answer there with
 * the credentials of the machine; who needs one lists it.
 */
const PRIVATE_RANGES: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'carrierGradeNat',
  'uniqueLocal',
]);

/** The only part of IPv6 that is routed on the internet. */
const GLOBAL_IPV6: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** Azure answers virtual machines at this address, which looks like any other of the internet. */
const AZURE_PLATFORM = '168.63.129.16';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** True for an address, for a network such as `10.0.0.0/8`, and for {@link PRIVATE_ADDRESSES}. */
export function isAllowEntry(text: string): boolean {
  return text === PRIVATE_ADDRESSES || readNetwork(text) !== null;
}

/**
 * @param allowed entries as {@link isAllowEntry} takes them, beside the addresses of the internet
 * @returns whether an address, in the usual notation of IPv4 or IPv6, may be called; false for any other text
 */
export function createAddressGuard(allowed: readonly string[]): (address: string) => boolean {
  const networks = allowed.map(readNetwork).filter((network) => network !== null);
  const allowsPrivate = allowed.includes(PRIVATE_ADDRESSES);
  return (text) => {
    if (isIP(text) === 0) return false;
    const address = ipaddr.parse(text);
    if (networks.some((network) => contains(network, address))) return true;
    const range = address.range();
    if (allowsPrivate && PRIVATE_RANGES.has(range)) return true;
    if (range !== 'unicast' || text === AZURE_PLATFORM) return false;
    return address.kind() === 'ipv4' || contains(GLOBAL_IPV6, address);
  };
}

/** Null when it is none. Strict: the parser of addresses also takes octal and shortened ones. */
function readNetwork(text: string): Network | null {
  const [, host = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(host);
  if (version === 0) return null;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? null : [ipaddr.parse(host), prefix];
}

function contains([network, prefix]: Network, address: Address): boolean {
  return address.kind() === network.kind() && address.match(network, prefix);
}
