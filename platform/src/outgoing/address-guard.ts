/** Which addresses of the network may be called on behalf of a document, whose author chooses the URL. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** In a list of allowed addresses: those of hosts and networks that are not on the internet. */
export const PRIVATE_ADDRESSES = 'private';

/** What {@link PRIVATE_ADDRESSES} stands for. Link-local addresses are not among them; who needs one lists it. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'carrierGradeNat',
  'uniqueLocal',
]);

/** The only part of IPv6 that is routed on the internet. */
const GLOBAL_IPV6: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/**
 * Here clouds answer virtual machines with the credentials of the machine. Some of these addresses look like private ones
 * of the user's own, or like any other of the internet: each is called only where it is listed by itself.
 */
const CLOUD_ADDRESSES: readonly Network[] = [
  // AWS, Google, Azure, Oracle and others; the second one is that of containers on AWS.
  '169.254.169.254',
  '169.254.170.2',
  // AWS: machines, containers.
  'fd00:ec2::254',
  'fd00:ec2::23',
  // Google, Oracle, Alibaba.
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  '100.100.100.200',
  // Azure's own services, at an address of the internet.
  '168.63.129.16',
]
  .map(readNetwork)
  .filter((network) => network !== null);

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
    // The interface of a link-local address says nothing of whose it is.
    const [plain = ''] = text.split('%');
    const address = ipaddr.parse(plain);
    const listed = networks.filter((network) => contains(network, address));
    if (CLOUD_ADDRESSES.some((cloud) => contains(cloud, address))) return listed.some(isSingle);
    if (listed.length > 0) return true;
    const range = address.range();
    if (allowsPrivate && PRIVATE_RANGES.has(range)) return true;
    if (range !== 'unicast') return false;
    return address.kind() === 'ipv4' || contains(GLOBAL_IPV6, address);
  };
}

/** Null when it is none. Strict: the parser of addresses also takes octal and shortened ones. */
function readNetwork(text: string): Network | null {
  const [, host = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (isIP(host) === 0 || host.includes('%')) return null;
  const address = ipaddr.parse(host);
  const most = bitsOf(address);
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? null : [address, prefix];
}

function isSingle([address, prefix]: Network): boolean {
  return prefix === bitsOf(address);
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

function contains([network, prefix]: Network, address: Address): boolean {
  return address.kind() === network.kind() && address.match(network, prefix);
}
