import { expect, it } from 'vitest';
import { createAddressGuard, isAllowEntry } from '../../src/outgoing/address-guard.ts';
import { CLOUD_ADDRESSES } from './hostile-hosts.ts';

it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:830::200e'])(
  'lets %s of the internet be called',
  (address) => expect(createAddressGuard([])(address)).toBe(true),
);

it.each([
  '',
  'localhost',
  '127.1',
  '0x7f.1',
  '2130706433',
  '8.8.8.8 ',
  '[2606:4700:4700::1111]',
  '8.8.8.8/8',
])('takes %j for no address', (text) =>
  expect(createAddressGuard(['private', '0.0.0.0/0'])(text)).toBe(false),
);

it('takes addresses of the internet away from nobody by a list', () => {
  const isAllowed = createAddressGuard(['10.0.0.0/8', 'fd00::/8']);
  const asked = ['8.8.8.8', '10.9.8.7', 'fd12::1', '11.0.0.1', '192.168.0.1', 'fe80::1'];
  expect(asked.map(isAllowed)).toEqual([true, true, true, true, false, false]);
});

it.each(CLOUD_ADDRESSES)('lets %s of a cloud be called only where it is listed by itself', (address) => {
  const networks = ['private', '169.254.0.0/16', '168.63.0.0/16', '100.64.0.0/10', 'fc00::/7', '0.0.0.0/0'];
  expect(createAddressGuard(networks)(address)).toBe(false);
  expect(createAddressGuard([...networks, address])(address)).toBe(true);
});

it('takes a link-local address as listed whatever interface it names', () => {
  const addresses = ['fe80::1', 'fe80::1%eth0', 'fe80::1%eth0.1'];
  expect(addresses.map(createAddressGuard(['private']))).toEqual([false, false, false]);
  expect(addresses.map(createAddressGuard(['fe80::/10']))).toEqual([true, true, true]);
});

it.each([
  ['private', true],
  ['127.0.0.1', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['fd00::/129', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/-1', false],
  ['10/8', false],
  ['0177.0.0.1', false],
  ['localhost', false],
  ['*', false],
  ['', false],
])('an entry %j of the list: %j', (entry, expected) => expect(isAllowEntry(entry)).toBe(expected));
